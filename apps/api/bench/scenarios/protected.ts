import { availableParallelism } from 'node:os'
import { freePort } from '../../test/support/free-port.ts'
import type { Lab } from '../lab.ts'
import { withDatabase } from '../lab.ts'
import { type Answers, keepSigningIn, load, protectedBy, warmUp } from '../load.ts'
import { password, populate, populateTutorial } from '../people.ts'
import { interleave, median, ratios } from '../rounds.ts'
import { perSecond, type Row, row } from '../row.ts'

const people = 500
/** One is hashed by each thread (auth/password.ts: one core is left to the event loop), and one waits. */
const signInsAtOnce = 2 * Math.max(1, availableParallelism() - 1)

/**
 * What a protected request costs, beside a bare Express route and the tutorial's way; idle, while people sign in, and
 * without metrics. Each request is part of a trace.
 */
export async function protectedRoute(
  lab: Lab,
  { rounds, seconds }: { rounds: number; seconds: number },
): Promise<Row[]> {
  const uri = await lab.database('protected')
  const tutorialUri = await lab.database('tutorial')
  const [product, unmeasured, bare, tutorial] = await Promise.all([
    lab.product({ MONGO_URI: uri, METRICS_PORT: String(await freePort()) }),
    lab.product({ MONGO_URI: uri }),
    lab.bare(),
    lab.tutorial(tutorialUri),
  ])
  const ours = await withDatabase(uri, (database) => populate(database, { users: people }))
  const theirs = await withDatabase(tutorialUri, (database) => populateTutorial(database, people))
  const requests = protectedBy(ours.map(({ accessToken }) => accessToken))
  const asked = {
    bare: { url: bare.url, requests: protectedBy(['-']) },
    product: { url: product.url, requests },
    unmeasured: { url: unmeasured.url, requests },
    tutorial: { url: tutorial.url, requests: protectedBy(theirs.map(({ accessToken }) => accessToken)) },
  }
  const accounts = { product: ours, tutorial: theirs }
  const p99 = {
    product: [] as number[],
    productBusy: [] as number[],
    tutorial: [] as number[],
    tutorialBusy: [] as number[],
  }
  const idle = (who: keyof typeof asked): Promise<Answers> => load({ ...asked[who], seconds })
  const busy = async (who: 'product' | 'tutorial'): Promise<Answers> => {
    const emails = accounts[who].map(({ email }) => email)
    const signIns = keepSigningIn(asked[who].url, emails, password, signInsAtOnce)
    await signIns.count(1)
    const answers = await idle(who)
    await signIns.stop()
    return answers
  }
  const noted = (list: number[], answers: Answers) => {
    list.push(answers.p99Ms)
    return answers.perSecond
  }

  for (const who of ['bare', 'product', 'unmeasured', 'tutorial'] as const) await warmUp(asked[who])
  const rates = await interleave(rounds, {
    bare: async () => (await idle('bare')).perSecond,
    product: async () => noted(p99.product, await idle('product')),
    unmeasured: async () => (await idle('unmeasured')).perSecond,
    productBusy: async () => noted(p99.productBusy, await busy('product')),
    tutorial: async () => noted(p99.tutorial, await idle('tutorial')),
  })
  const tutorialBusy = noted(p99.tutorialBusy, await busy('tutorial'))
  await Promise.all([product, unmeasured, bare, tutorial].map((each) => each.stop()))

  const tutorialShare = tutorialBusy / median(rates.tutorial)
  const p99Of = (values: number[]) => `${median(values).toFixed(1)} ms`
  return [
    row(
      {
        id: 'protected-to-bare',
        what: 'protected route, with metrics and traces ÷ bare Express route',
        limit: 1.5,
        must: 'reach',
        from: `${perSecond(rates.product)} ÷ ${perSecond(rates.bare)}`,
      },
      ratios(rates.product, rates.bare),
    ),
    row(
      {
        id: 'protected-to-tutorial',
        what: "protected route ÷ the tutorial's",
        limit: 5,
        must: 'reach',
        from: `${perSecond(rates.product)} ÷ ${perSecond(rates.tutorial)}`,
      },
      ratios(rates.product, rates.tutorial),
    ),
    row(
      {
        id: 'protected-with-metrics',
        what: 'protected route with metrics ÷ without',
        limit: 0.97,
        must: 'reach',
        from: `${perSecond(rates.product)} ÷ ${perSecond(rates.unmeasured)}`,
      },
      ratios(rates.product, rates.unmeasured),
    ),
    row(
      {
        id: 'protected-under-sign-ins',
        what: 'protected route while sign-ins saturate the hashing ÷ idle',
        limit: 0.7,
        must: 'reach',
        from: `${perSecond(rates.productBusy)} ÷ ${perSecond(rates.product)}; the tutorial's: ${tutorialShare.toFixed(3)}`,
      },
      ratios(rates.productBusy, rates.product),
    ),
    row(
      {
        id: 'protected-p99-under-sign-ins',
        what: 'its p99 ÷ idle p99',
        limit: 2.5,
        must: 'stay below',
        from: `${p99Of(p99.productBusy)} ÷ ${p99Of(p99.product)}; the tutorial's: ${p99Of(p99.tutorialBusy)} ÷ ${p99Of(p99.tutorial)}`,
      },
      ratios(p99.productBusy, p99.product),
    ),
  ]
}
