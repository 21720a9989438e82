import { Types } from 'mongoose'
import type { Services } from '../compose.ts'
import type { Credentials } from '../users/accounts.ts'
import { NotFoundError, UsageError } from './command.ts'
import { plain } from './output.ts'

/** The word of commands that are about one account. */
export const userWord = {
  name: 'user',
  help: 'A username, an email address or an id, exactly',
  ask: 'Say whom: a username, an email address or an id.',
}

/**
 * The account that somebody means, by username, email address or id. Throws NotFoundError; and UsageError when a word
 * is the id of one and the name of another, for then nobody knows who is meant.
 */
export async function findAccount(
  { accounts }: Pick<Services, 'accounts'>,
  word: string,
): Promise<Credentials> {
  const byName = await accounts.findByIdentifier(word)
  const byId = /^[0-9a-f]{24}$/i.test(word)
    ? await accounts.credentials(new Types.ObjectId(word).toHexString())
    : null
  if (byName && byId && !byName._id.equals(byId._id))
    throw new UsageError(
      `${word} is the username of one account and the id of another. Say the email address instead.`,
    )
  const found = byName ?? byId
  if (!found) throw new NotFoundError(`There is no account ${plain(word)}.`)
  return found
}
