// graphql-sse by itself, one connection a subscription.
import { createClient } from 'graphql-sse'
import { QUERY, Results } from './results.mjs'

const results = new Results()
const client = createClient({
  url: process.argv[2],
  retryAttempts: Infinity,
  retry: () => new Promise((resolve) => setTimeout(resolve, 200)),
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
  { connected: (reconnected) => reconnected && results.cameBack() },
)
await results.end()
