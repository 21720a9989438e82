import { availableParallelism } from 'node:os'
import bcrypt from 'bcryptjs'
import { type Lab, withDatabase } from '../lab.ts'
import { keepSigningIn } from '../load.ts'
import { bcryptCost, password, populate } from '../people.ts'
import { processorMs } from '../processor-time.ts'
import { interleave, median, ratios } from '../rounds.ts'
import { type Row, row, type Skipped } from '../row.ts'

/** As in auth/password.ts: one core is left to the event loop. */
const threads = Math.max(1, availableParallelism() - 1)
const hashesPerRound = 3

interface Scale {
  rounds: number
}

/** Whether anything but the hashing costs time when people sign in. */
export async function signIn(lab: Lab, scale: Scale): Promise<(Row | Skipped)[]> {
  return [await throughput(lab, scale), await besideTheHash(lab, scale)]
}

async function throughput(lab: Lab, { rounds }: Scale): Promise<Row> {
  const uri = await lab.database('sign_in')
  const product = await lab.product({ MONGO_URI: uri })
  const people = await withDatabase(uri, (database) => populate(database, { users: 200, seasoned: false }))
  const emails = people.map(({ email }) => email)

  const signInsPerSecond = async () => {
    const signIns = keepSigningIn(product.url, emails, password, threads * 2)
    await signIns.count(threads) // every thread has its next hash waiting
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

  const rates = await interleave(rounds, { signIns: signInsPerSecond, hashes: hashesPerSecond })
  await product.stop()
  const each = (values: number[]) => median(values).toFixed(2)
  return row(
    {
      id: 'sign-ins-to-hashing',
      what: 'sign-ins per second ÷ (hashing threads ÷ time of one bare bcryptjs hash)',
      limit: 0.9,
      must: 'reach',
      from: `${each(rates.signIns)}/s ÷ ${each(rates.hashes)}/s, ${threads} thread${threads > 1 ? 's' : ''}`,
    },
    ratios(rates.signIns, rates.hashes),
  )
}

/** What is subtracted should be small: what is left is the same at any cost of the hash. */
const cheapCost = 4
const signInsPerRound = 60
/** Until the code on this path is compiled. */
const warmUp = 400

/** By people whose password is right and who have a code to show next, each from a browser that was not there before. */
async function besideTheHash(lab: Lab, { rounds }: Scale): Promise<Row | Skipped> {
  const id = 'second-factor-cpu'
  const what = 'processor time of a sign-in up to the second step, beside that of its hash'
  if (process.platform !== 'linux') return { id, what, skipped: 'only Linux tells it of another process' }
  const uri = await lab.database('second_factor')
  const product = await lab.product({ MONGO_URI: uri, BCRYPT_COST: String(cheapCost) })
  const passwordHash = bcrypt.hashSync(password, cheapCost)
  const people = await withDatabase(uri, async (database) => {
    const users = warmUp + rounds * signInsPerRound
    const signedUp = await populate(database, { users, seasoned: false })
    const totp = { secret: 'sealed', confirmedAt: new Date(), lastStep: 0 }
    await database.collection('users').updateMany({}, { $set: { passwordHash, totp } })
    return signedUp
  })

  const signIns = async (howMany: number) => {
    for (const { email } of people.splice(0, howMany)) {
      const answer = await fetch(`${product.url}/api/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email, password }),
      })
      const text = await answer.text()
      if (answer.status !== 202) throw new Error(`Signing in was answered with ${answer.status}: ${text}`)
    }
  }
  const hashes = () => {
    for (let i = 0; i < signInsPerRound; i++) bcrypt.compareSync(password, passwordHash)
  }

  await signIns(warmUp)
  hashes()
  const times = await interleave(rounds, {
    async signIn() {
      const before = processorMs(product.child.pid)
      await signIns(signInsPerRound)
      return (processorMs(product.child.pid) - before) / signInsPerRound
    },
    async hash() {
      const before = process.cpuUsage()
      hashes()
      const { user, system } = process.cpuUsage(before)
      return (user + system) / 1000 / signInsPerRound
    },
  })
  await product.stop()
  const each = (values: number[]) => `${median(values).toFixed(2)} ms`
  return row(
    {
      id,
      what,
      unit: 'ms',
      limit: 2,
      must: 'stay below',
      from: `${each(times.signIn)} − ${each(times.hash)}`,
    },
    times.signIn.map((ms, round) => ms - (times.hash[round] ?? Number.NaN)),
  )
}
