import { availableParallelism } from 'node:os'
import bcrypt from 'bcryptjs'
import { type Lab, withDatabase } from '../lab.ts'
import { keepSigningIn } from '../load.ts'
import { bcryptCost, password, populate } from '../people.ts'
import { interleave, ratios, summarize } from '../rounds.ts'
import { type Row, row } from '../row.ts'

/** As in auth/password.ts: one core is left to the event loop. */
const threads = Math.max(1, availableParallelism() - 1)
const hashesPerRound = 6

/** Whether anything but the hashing costs time when people sign in. */
export async function signIn(lab: Lab, { rounds }: { rounds: number }): Promise<Row[]> {
  const uri = await lab.database('sign_in')
  const product = await lab.product({ MONGO_URI: uri })
  const people = await withDatabase(uri, (database) => populate(database, { users: 200, seasoned: false }))
  const emails = people.map(({ email }) => email)

  const signInsPerSecond = async () => {
    const signIns = keepSigningIn(product.url, emails, password, threads * 4)
    await signIns.count(threads) // the pipeline is full
    const startedAt = performance.now()
    const wanted = hashesPerRound * threads
    await signIns.count(wanted)
    const seconds = (performance.now() - startedAt) / 1000
    await signIns.stop()
    return wanted / seconds
  }
  const hashesPerSecond = async () => {
    const startedAt = performance.now()
    for (let i = 0; i < hashesPerRound; i++) bcrypt.hashSync(password, bcryptCost)
    return (threads * hashesPerRound * 1000) / (performance.now() - startedAt)
  }

  await signInsPerSecond()
  const rates = await interleave(rounds, { signIns: signInsPerSecond, hashes: hashesPerSecond })
  await product.stop()
  const each = (values: number[]) => summarize(values).median.toFixed(2)
  return [
    row(
      {
        id: 'sign-ins-to-hashing',
        what: 'sign-ins per second ÷ (hashing threads ÷ time of one bare bcryptjs hash)',
        limit: 0.9,
        must: 'reach',
        from: `${each(rates.signIns)}/s ÷ ${each(rates.hashes)}/s, ${threads} thread${threads > 1 ? 's' : ''}`,
      },
      ratios(rates.signIns, rates.hashes),
    ),
  ]
}
