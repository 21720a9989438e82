import { type Stored, wholeIn } from '@latchkey/contracts/server'
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
 * The highest bcrypt cost of any stored hash. Every comparison takes that much work, so its time reveals nothing
 * about the account. It is kept in the database, because hashes outlive the setting they were made with.
 */
export function createHashCosts({ model, log, bcryptCost }: Collaborators) {
  let highest: Promise<number> | undefined

  return {
    /** Asks the database once. */
    highest: known,

    /** Remembers the cost of a stored hash if it is higher than any before (an import). */
    async meet(cost: number): Promise<void> {
      if (cost <= (await known())) return
      log.warn(
        { cost, bcryptCost },
        'a stored password hash costs more than any before; every sign-in now does',
      )
      await raise(cost)
    },
  }

  function known(): Promise<number> {
    return highest ?? raise(bcryptCost)
  }

  /** Should it fail, the next who needs it asks again. */
  function raise(to: number): Promise<number> {
    highest = stored(to).catch((error) => {
      highest = undefined
      throw error
    })
    return highest
  }

  async function stored(to: number): Promise<number> {
    const record = await model
      .findOneAndUpdate({ _id }, { $max: { highest: to } }, { upsert: true, returnDocument: 'after' })
      .lean<Stored<HashCostRecord>>()
    return wholeIn(record?.highest) ?? to
  }
}
