// Apollo Client over graphql-ws: it hands a lost line to the application, which subscribes again from where it was.
import { ApolloClient, gql, InMemoryCache } from '@apollo/client'
import { GraphQLWsLink } from '@apollo/client/link/subscriptions'
import { createClient } from 'graphql-ws'
import WebSocket from 'ws'
import { QUERY, Results } from './results.mjs'

// In a browser it is there; the link looks at it to tell errors apart.
globalThis.WebSocket ??= WebSocket
const results = new Results()
const url = process.argv[2].replace('http', 'ws')
const link = new GraphQLWsLink(createClient({ url, webSocketImpl: WebSocket, retryAttempts: 0 }))
const client = new ApolloClient({ link, cache: new InMemoryCache() })
const query = gql(QUERY)

function follow() {
  const again = () => setTimeout(follow, 200)
  let lost = results.after !== null
  client.subscribe({ query, variables: { after: results.after }, fetchPolicy: 'no-cache' }).subscribe({
    next: (answer) => {
      if (answer.error) return again()
      if (lost) results.cameBack()
      lost = false
      results.take(answer)
    },
    error: again,
    complete: () => {},
  })
}
follow()
await results.end()
