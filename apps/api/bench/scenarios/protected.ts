import { freePort } from '../../test/support/free-port.ts'
import type { Lab } from '../lab.ts'
import { withDatabase } from '../lab.ts'
import { type Answers, keepSigningIn, load, protectedBy } from '../load.ts'
import { password, populate, populateTutorial } from '../people.ts'
import { interleave, ratios, summarize } from '../rounds.ts'
import { perSecond, type Row, row } from '../row.ts'

const people = 500
const signInsAtOnce = 8

/**
 * What a protected request costs, beside a bare Express route and the tutorial's way; idle, while people sign in, and with
 * metrics.
 */
export async function protectedRoute(
  lab: Lab,
  { rounds, seconds }: { rounds: number; seconds: number },
): Promise<Row[]> {
  const uri = await lab.database('protected')
  const tutorialUri = await lab.database('tutorial')
  const [product, measured, bare, tutorial] = [
    await lab.product({ MONGO_URI: uri }),
    await lab.product({ MONGO_URI: uri, METRICS_PORT: String(await freePort()) }),
    await lab.bare(),
    await lab.tutorial(tutorialUri),
  ]
  const ours = await withDatabase(uri, (database) => populate(database, { users: people }))
  const theirs = await withDatabase(tutorialUri, (database) => populateTutorial(database, people))
  const tokens = ours.map(({ accessToken }) => accessToken)
  const asked = {
    bare: { url: bare.url, requests: protectedBy(['-']) },
    product: { url: product.url, requests: protectedBy(tokens) },
    measured: { url: measured.url, requests: protectedBy(tokens) },
    tutorial: { url: tutorial.url, requests: protectedBy(theirs.map(({ accessToken }) => accessToken)) },
  }
  const accounts = { product: ours, tutorial: theirs }
  const p99 = {
    product: [] as number[],
    productBusy: [] as number[],
    tutorial: [] as number[],
    tutorialBusy: [] as number[],
  }
  const idle = async (who: keyof typeof asked): Promise<Answers> => load({ ...asked[who], seconds })
  const busy = async (who: 'product' | 'tutorial'): Promise<Answers> => {
    const emails = accounts[who].map(({ email }) => email)
    const signIns = keepSigningIn(asked[who].url, emails, password, signInsAtOnce)
    await signIns.count(1)
    const answers = await load({ ...asked[who], seconds: seconds * 1.5 })
    await signIns.stop()
    return answers
  }
  const noted = (list: number[], answers: Answers) => {
    list.push(answers.p99Ms)
    return answers.perSecond
  }

  // The first requests of a process are answered by code that is not compiled yet.
  for (const who of ['bare', 'product', 'measured', 'tutorial'] as const)
    await load({ ...asked[who], seconds: 1 })
  const rates = await interleave(rounds, {
    bare: async () => (await idle('bare')).perSecond,
    product: async () => noted(p99.product, await idle('product')),
    measured: async () => (await idle('measured')).perSecond,
    productBusy: async () => noted(p99.productBusy, await busy('product')),
    tutorial: async () => noted(p99.tutorial, await idle('tutorial')),
  })
  const tutorialBusy = noted(p99.tutorialBusy, await busy('tutorial'))
  await Promise.all([product, measured, bare, tutorial].map((each) => each.stop()))

  const tutorialShare = tutorialBusy / summarize(rates.tutorial).median
  const p99Of = (values: number[]) => `${summarize(values).median.toFixed(1)} ms`
  return [
    row(
      {
        id: 'protected-to-bare',
        what: 'protected route ÷ bare Express route',
        limit: 0.85,
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
        from: `${perSecond(rates.measured)} ÷ ${perSecond(rates.product)}`,
      },
      ratios(rates.measured, rates.product),
    ),
    row(
      {
        id: 'protected-under-sign-ins',
        what: 'protected route while sign-ins saturate the hashing ÷ idle',
        limit: 0.5,
        must: 'reach',
        from: `${perSecond(rates.productBusy)} ÷ ${perSecond(rates.product)}; the tutorial's: ${tutorialShare.toFixed(3)}`,
      },
      ratios(rates.productBusy, rates.product),
    ),
    row(
      {
        id: 'protected-p99-under-sign-ins',
        what: 'its p99 ÷ idle p99',
        limit: 5,
        must: 'stay below',
        from: `${p99Of(p99.productBusy)} ÷ ${p99Of(p99.product)}; the tutorial's: ${p99Of(p99.tutorialBusy)} ÷ ${p99Of(p99.tutorial)}`,
      },
      ratios(p99.productBusy, p99.product),
    ),
  ]
}
