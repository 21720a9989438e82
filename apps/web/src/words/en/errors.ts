import type { ClientErrorCode } from '@latchkey/auth-client'
import type { ErrorCode } from '@latchkey/contracts'
import { catalogue } from '../catalogue.ts'

/** What may keep these sentences from being downloaded, so that the frame has the ones for it. */
type SaidByFrame = 'network_error' | 'code_missing'

// Several codes are one thing to whoever reads the sentence.
const notUnderstood = 'The server did not understand this page. Reload it and try again.'
const otherSite = 'This came from another site, so it was refused.'
const sessionOver = 'Your session is no longer valid. Sign in to continue.'
const busy = 'The server is busy or restarting. Please try again in a moment.'
const wentWrong = 'Something went wrong on the server. Please try again in a moment.'

export const words = catalogue('errors', {
  /** What happened and what to do. Does not compile while a code has no sentence. */
  byCode: {
    timeout: 'The server took too long to answer. Please try again.',
    origin_refused: otherSite,
    unexpected_answer: wentWrong,
    signed_out: 'You have been signed out. Sign in to continue.',
    request_not_repeatable: 'This was not sent. Please try again.',
    passkey_cancelled: 'No passkey was used. Try again, or use your password.',
    passkey_exists: 'This device already has a passkey for your account.',
    passkey_unsupported: 'This device or browser cannot use a passkey here. Use another way.',
    passkey_failed: 'The passkey could not be used. Try again, or use another way.',

    validation_failed: 'Some of what you entered is not right. Check each field.',
    malformed_json: notUnderstood,
    payload_too_large: 'This is too long. Shorten it and try again.',
    unsupported_media_type: notUnderstood,
    unsupported_encoding: notUnderstood,
    headers_too_large:
      'Your browser sends more cookies than the server takes. Delete the cookies of this site and try again.',
    bad_request: notUnderstood,
    not_found: 'This is no longer there. Reload the page.',
    method_not_allowed: notUnderstood,
    cross_site_request: otherSite,
    cross_site_page: otherSite,
    forbidden: 'You are no longer allowed to do this. Reload the page to see what you can do.',
    rate_limited: 'Too many attempts. Please wait a little before the next one.',
    email_taken: 'There is already an account with this email address.',
    username_taken: 'This username is taken. Try another.',
    invalid_credentials: 'That email or username and password don’t match. Check both and try again.',
    email_not_verified: 'Confirm your email address first: open the link in the email we sent you.',
    account_disabled: 'This account was disabled by an administrator. Ask them if you don’t know why.',
    password_required: 'Enter the password of this account to confirm its address.',
    passkey_invalid: 'This passkey was not accepted. Try again, or use another way.',
    passkey_challenge_invalid:
      'This took too long, was used already, or began in another browser. Please try again.',
    passkey_unknown: 'This passkey opens no account here. It may have been removed. Sign in another way.',
    passkey_taken: 'This passkey is registered already.',
    too_many_passkeys: 'You have as many passkeys as an account can have. Remove one you no longer use.',
    passkeys_unavailable:
      'Passkeys do not work at this address. Open this page at its usual one; on your own machine, at localhost.',
    last_way_in: 'This is the only way into your account. Add another one first.',
    token_invalid: 'This link is not valid, or no longer belongs to this account. Ask for a new one.',
    token_expired: 'This link has expired. Ask for a new one.',
    token_used: 'This link has already been used.',
    access_token_missing: sessionOver,
    access_token_invalid: sessionOver,
    access_token_expired: sessionOver,
    access_token_revoked: sessionOver,
    step_up_required: 'Nothing has changed. Try again, and confirm that it’s you.',
    factor_invalid: 'This code is not right, or it has been used. Enter the newest one.',
    factor_required: 'This account needs two-step sign-in for that.',
    ticket_expired: 'This sign-in took too long, or something has changed meanwhile. Begin again.',
    refresh_token_missing: sessionOver,
    refresh_token_invalid: sessionOver,
    refresh_token_expired: sessionOver,
    refresh_token_revoked: sessionOver,
    refresh_token_reused: sessionOver,
    refresh_token_locked: sessionOver,
    refresh_token_key_lost: sessionOver,
    refresh_token_forwarded: sessionOver,
    session_moved: sessionOver,
    refresh_lock_malformed: notUnderstood,
    database_unavailable: busy,
    overloaded: busy,
    shutting_down: busy,
    internal_error: wentWrong,
  } satisfies Record<Exclude<ErrorCode | ClientErrorCode, SaidByFrame>, string>,
  /** Under a good status: the page where a hotel asks for one's room, say. */
  answerFromElsewhere:
    'This answer did not come from our server. If this network wants you to sign in to it, do that first. Otherwise reload the page.',
})
