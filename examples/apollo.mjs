// Live results with Apollo Client, without React: node apollo.mjs http://127.0.0.1:8000 bkk-2022
// npm install @apollo/client graphql graphql-ws rxjs ws
import { ApolloClient, gql, InMemoryCache } from '@apollo/client'
import { GraphQLWsLink } from '@apollo/client/link/subscriptions'
import { createClient } from 'graphql-ws'
import WebSocket from 'ws'

const [, , server, electionId] = process.argv
// Only in Node: a browser has one.
globalThis.WebSocket ??= WebSocket
const query = gql`
  subscription Live($electionId: ID!, $after: Cursor) {
    resultUpdates(electionId: $electionId, after: $after) {
      kind cursor
      results { contest { id } area { id } stationsReporting rows { votes } }
    }
  }
`
// A lost line is told to this program, which subscribes again from where it was.
const line = createClient({ url: `${server.replace('http', 'ws')}/graphql`, retryAttempts: 0 })
const client = new ApolloClient({ link: new GraphQLWsLink(line), cache: new InMemoryCache() })
let after = null

function follow() {
  const again = () => setTimeout(follow, 200 + 800 * Math.random())
  client.subscribe({ query, variables: { electionId, after }, fetchPolicy: 'no-cache' }).subscribe({
    next: ({ data, error }) => (error ? again() : show(data.resultUpdates)),
    error: again,
  })
}

function show(update) {
  after = update.cursor
  for (const { contest, area, stationsReporting, rows } of update.results)
    console.log(update.kind, contest.id, area.id, stationsReporting, ...rows.map((row) => row.votes))
}

follow()
