// What every client of these tests does with what it is told: keep it, know where to go on, end where it is told to.
import readline from 'node:readline'

export const QUERY = `subscription Follow($after: Cursor) {
  resultUpdates(electionId: "small", after: $after) {
    kind cursor reset
    results { contest { id } area { id } cursor stationsReporting ballotsCast rows { candidate { id } votes } }
  }
}`

export class Results {
  constructor() {
    this.held = {}
    this.after = null
    this.resumed = 0
    this.resets = 0
    // All that it was told, and whether that was the first of a line: tests/reader_checks.py looks through it.
    this.updates = []
    this.fresh = true
    this.until = null
    this.whole = new Promise((resolve) => (this.finish = resolve))
    // One line: the cursor at which to end.
    readline.createInterface({ input: process.stdin }).once('line', (line) => {
      this.until = line.trim()
      this.look()
    })
  }

  // Variables of the next subscription: the client sends them again each time that it comes back.
  get variables() {
    const results = this
    return {
      get after() {
        return results.after
      },
    }
  }

  take({ data, errors }) {
    if (errors?.length) throw new Error(JSON.stringify(errors))
    const update = data.resultUpdates
    this.updates.push({ first: this.fresh, ...update })
    this.fresh = false
    if (update.kind === 'SNAPSHOT') {
      if (this.after !== null) this.resets += 1
      this.held = {}
    }
    for (const result of update.results) this.held[`${result.contest.id} ${result.area.id}`] = result
    if (this.after === null) console.log('ready')
    this.after = update.cursor
    this.look()
  }

  cameBack() {
    this.resumed += 1
    this.fresh = true
    console.log('back')
  }

  look() {
    if (this.until !== null && this.after === this.until) this.finish()
  }

  async end() {
    await this.whole
    const { held, after, resumed, resets, updates } = this
    // Written whole before the process ends: a pipe takes only so much at once.
    process.stdout.write(JSON.stringify({ held, after, resumed, resets, updates }) + '\n', () => process.exit(0))
  }
}
