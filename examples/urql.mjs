// Live results with urql, without React: node urql.mjs http://127.0.0.1:8000 bkk-2022
// npm install @urql/core graphql graphql-ws ws
import { Client, fetchExchange, gql, subscriptionExchange } from '@urql/core'
import { createClient } from 'graphql-ws'
import WebSocket from 'ws'

const [, , server, electionId] = process.argv
const query = gql`
  subscription Live($electionId: ID!, $after: Cursor) {
    resultUpdates(electionId: $electionId, after: $after) {
      kind cursor
      results { contest { id } area { id } stationsReporting rows { votes } }
    }
  }
`
let after = null
const line = createClient({
  url: `${server.replace('http', 'ws')}/graphql`,
  webSocketImpl: WebSocket,
  retryAttempts: Infinity,
  shouldRetry: () => true,
})
const client = new Client({
  url: `${server}/graphql`,
  preferGetMethod: false,
  exchanges: [
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: ({ query, variables }) => ({
        subscribe: (sink) => {
          // graphql-ws reads `after` anew each time that it comes back.
          const going = { ...variables, get after() { return after } }
          return { unsubscribe: line.subscribe({ query, variables: going }, sink) }
        },
      }),
    }),
  ],
})

client.subscription(query, { electionId }).subscribe(({ data, error }) => {
  if (error) throw error
  const update = data.resultUpdates
  after = update.cursor
  for (const { contest, area, stationsReporting, rows } of update.results)
    console.log(update.kind, contest.id, area.id, stationsReporting, ...rows.map((row) => row.votes))
})
