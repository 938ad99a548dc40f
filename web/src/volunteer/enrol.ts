/** Makes this phone somebody's: trades the code, and gives the new person what the one before left unsent. */
import { drafts } from "./drafts.svelte";
import { outbox } from "./outbox.svelte";
import { session } from "./session.svelte";
import { keptIn } from "./start";

/** Raises EnrolFailed. What is on the phone is kept through all of it. */
export async function enrol(code: string, name: string): Promise<void> {
  const person = await session.enrol(code, name, await keptIn().enrolmentId());
  await drafts.adopt(person);
  session.person = person;
  // Firefox asks the person, and answers when they have: nothing waits for that.
  void navigator.storage?.persist?.().catch(() => undefined);
  await keptIn().reserve().catch(() => undefined);
  await outbox.refresh();
  outbox.tryNow();
}
