/** The one script that an outlet's page loads. Everything is asked of the host that it came from, and of no other. */
import { defineElement } from "./element";

const own = (document.currentScript as HTMLScriptElement | null)?.src ?? document.querySelector<HTMLScriptElement>('script[src$="/embed.js"]')?.src;
if (own) defineElement(new URL(".", own).href);
else console.warn("tallywire-results: load embed.js by its own address, as a script of the page");
