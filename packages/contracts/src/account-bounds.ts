// In a file of its own: a page that only counts characters needs none of the schemas.

/**
 * Bounds that forms and the API share. Lengths are in characters as a person counts them (code points). The API may
 * ask for longer passwords (`PASSWORD_MIN_LENGTH`); `routes.passwordPolicy` says how long.
 */
export const passwordLength = { min: 8, max: 128 }
export const usernameLength = { min: 3, max: 32 }
/** For an address as it is typed. In the form that mail servers use, it has at most 254 octets. */
export const maxEmailLength = 320

/** The form in which passwords are measured, compared and hashed (Unicode NFKC, NIST SP 800-63B-4 §3.1.1.2). */
export const normalizePassword = (password: string) => password.normalize('NFKC')
