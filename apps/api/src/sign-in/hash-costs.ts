import type { Logger } from 'pino'
import type { HashCostModel, HashCostRecord } from './hash-cost.model.ts'

const _id = 'bcrypt'

interface Collaborators {
  model: HashCostModel
  log: Logger
  /** What new hashes cost. */
  bcryptCost: number
}

export type HashCosts = ReturnType<typeof createHashCosts>

/**
 * The highest bcrypt cost that a stored hash may have: every comparison takes that much work, so that its time says nothing
 * of the account. It is remembered in the database, for hashes outlive the setting they were made with.
 */
export function createHashCosts({ model, log, bcryptCost }: Collaborators) {
  let highest: Promise<number> | undefined

  return {
    /** Asks the database once. */
    highest(): Promise<number> {
      highest ??= raise(bcryptCost).catch((error) => {
        highest = undefined
        throw error
      })
      return highest
    },

    /** Takes note of the cost of a hash that was met, should it be higher than any before (an import). */
    async meet(cost: number): Promise<void> {
      if (cost <= (await this.highest())) return
      log.warn(
        { cost, bcryptCost },
        'a stored password hash costs more than any before; every sign-in now does',
      )
      highest = raise(cost)
      await highest
    },
  }

  async function raise(to: number): Promise<number> {
    const record = await model
      .findOneAndUpdate({ _id }, { $max: { highest: to } }, { upsert: true, returnDocument: 'after' })
      .lean<HashCostRecord>()
    return record?.highest ?? to
  }
}
