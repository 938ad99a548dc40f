// graphql-ws by itself: it comes back with the payload that it was given, whose `after` is the newest by then.
import { createClient } from 'graphql-ws'
import WebSocket from 'ws'
import { QUERY, Results } from './results.mjs'

const results = new Results()
const client = createClient({
  url: process.argv[2].replace('http', 'ws'),
  webSocketImpl: WebSocket,
  retryAttempts: Infinity,
  shouldRetry: () => true,
  retryWait: () => new Promise((resolve) => setTimeout(resolve, 200)),
  on: { connected: (_socket, _payload, wasRetry) => wasRetry && results.cameBack() },
})
client.subscribe(
  { query: QUERY, variables: results.variables },
  {
    next: (answer) => results.take(answer),
    error: (error) => {
      console.error(error)
      process.exit(1)
    },
    complete: () => {},
  },
)
await results.end()
