// Live results in TypeScript with graphql-ws and the typed documents beside this file: variables and answers have types.
// npm install graphql graphql-ws @graphql-typed-document-node/core; copy tallywire.ts into your project.
import { print } from 'graphql'
import { createClient } from 'graphql-ws'
import { ResultUpdatesDocument, type ResultUpdatesSubscription, type ResultUpdatesSubscriptionVariables } from './tallywire'

export function follow(server: string, electionId: string, show: (update: ResultUpdatesSubscription['resultUpdates']) => void) {
  const client = createClient({ url: `${server.replace('http', 'ws')}/graphql`, retryAttempts: Infinity, shouldRetry: () => true })
  const variables: ResultUpdatesSubscriptionVariables = { electionId }
  return client.subscribe<ResultUpdatesSubscription>(
    { query: print(ResultUpdatesDocument), variables },
    {
      next: ({ data }) => {
        if (!data) return
        // graphql-ws sends the variables as they are by then: it goes on behind the last cursor.
        variables.after = data.resultUpdates.cursor
        show(data.resultUpdates)
      },
      error: (error) => console.error(error),
      complete: () => {},
    },
  )
}
