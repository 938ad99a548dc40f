// Apollo Client over its own HttpLink, which asks for multipart parts: each lost line is asked for again from where it was.
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client'
import { QUERY, Results } from './results.mjs'

const results = new Results()
const client = new ApolloClient({ link: new HttpLink({ uri: process.argv[2] }), cache: new InMemoryCache() })
const query = gql(QUERY)

function follow() {
  let lost = results.after !== null
  let over = false
  const again = () => {
    if (!over) setTimeout(follow, 200)
    over = true
  }
  client.subscribe({ query, variables: { after: results.after }, fetchPolicy: 'no-cache' }).subscribe({
    next: (answer) => {
      if (answer.error) return again()
      if (lost) results.cameBack()
      lost = false
      results.take(answer)
    },
    error: again,
    complete: again,
  })
}
follow()
await results.end()
