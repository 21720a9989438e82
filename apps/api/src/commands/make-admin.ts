import { isProved } from '../users/user-identity.ts'
import { runCommand, say, tell, withServices } from './with-services.ts'

/**
 * Makes an account an administrator, whether or not the API is running: `make-admin <email address or username>`.
 * `--unverified`: also one whose address nobody has confirmed.
 */
runCommand(async (words) => {
  const [identifier, ...others] = words.filter((word) => word !== '--unverified')
  if (!identifier || others.length > 0) throw new Error('Say whom: an email address or username.')
  await withServices(async (services, config) => {
    const account = await services.accounts.findByIdentifier(identifier)
    if (!account) throw new Error(`There is no account ${identifier}.`)
    if (!isProved(account) && !words.includes('--unverified'))
      throw new Error(
        `Nobody has confirmed ${account.email}, so the account may be anybody's. Confirm the address first, or add --unverified.`,
      )
    const id = account._id.toHexString()
    // Whoever keeps the server has the last word, should the administrators have locked one another out.
    if (account.isDisabled) {
      await services.administration.enable(id)
      await tell(services, 'account_enabled', id)
    }
    const roles = [...new Set([...account.roles, 'admin' as const])]
    await services.administration.setRoles(id, roles)
    await tell(services, 'roles_changed', id)
    const { username } = account
    say(`${username} is an administrator now${account.isDisabled ? ', and no longer disabled' : ''}.`)
    if (config.mail.requireVerifiedEmail && !isProved(account))
      say(`They cannot sign in before they confirm their address, ${account.email}.`)
  })
})
