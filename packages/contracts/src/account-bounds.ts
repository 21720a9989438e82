// In a file of its own: a page that only counts characters needs none of the schemas.

/**
 * Bounds that forms and the API share. Lengths are in characters as a person counts them (code points). The API may
 * ask for longer passwords (`PASSWORD_MIN_LENGTH`); `routes.passwordPolicy` says how long.
 */
export const passwordLength = { min: 8, max: 128 }
/**
 * For a new password as it is typed, in UTF-16 code units: up to four become one character when it is normalised. That
 * takes the square of the length in work, so what is longer is not looked at.
 */
export const maxPasswordUnits = 4 * passwordLength.max
export const usernameLength = { min: 3, max: 32 }
/** For an address as it is typed. In the form that mail servers use, it has at most 254 octets. */
export const maxEmailLength = 320

/** The form in which passwords are measured, compared and hashed (Unicode NFKC, NIST SP 800-63B-4 §3.1.1.2). */
export const normalizePassword = (password: string) => password.normalize('NFKC')
