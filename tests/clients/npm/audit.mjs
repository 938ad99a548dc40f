// The audit of GraphQL over HTTP that comes with graphql-http, against the address given: a line of JSON each.
import { serverAudits } from 'graphql-http'

for (const audit of serverAudits({ url: process.argv[2] })) {
  const { id, name, status, reason } = await audit.fn()
  console.log(JSON.stringify({ id, name, status, reason: reason ?? null }))
}
