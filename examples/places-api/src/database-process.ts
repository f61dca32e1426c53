// A process of its own for the embedded database, as a real PostgreSQL would have: a slow query then blocks no service,
// and two services share one database. It answers SQL on a loopback port, to whoever knows the password.
import { timingSafeEqual } from 'node:crypto'
import { Hono } from 'hono'
import type { DatabaseRequest, FromDatabase } from './database-protocol.js'
import { openEmbeddedDatabase } from './embedded-database.js'
import { listen } from './listen.js'

const { DATABASE_PASSWORD: secret = '' } = process.env
const password = Buffer.from(secret)
const tell = (message: FromDatabase) => process.send?.(message)

// A signal may reach the whole group: the services finish first.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {})
process.on('disconnect', () => process.exit())

const database = await openEmbeddedDatabase(Number(process.argv[2]), (progress) => tell({ progress }))

const app = new Hono()
app.use(async (context, next) => {
  const given = Buffer.from(context.req.header('authorization') ?? '')
  if (given.length === password.length && timingSafeEqual(given, password)) return await next()
  return context.text('wrong password', 401)
})
app.post('/', async (context) => {
  const request = await context.req.json<DatabaseRequest>()
  if (request.op === 'reads') return context.json(await database.reads())
  return context.json(await database[request.op](request.sql, request.values))
})
app.onError((error, context) => context.text(error.message, 500))

const { port } = await listen(app, 0)
tell({ ready: { id: database.id, port } })
