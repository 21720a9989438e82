import type { AuthError } from '@latchkey/auth-client'

/** What happened and what to do, in plain words. */
export function failureSentence(error: AuthError): string {
  switch (error.code) {
    case 'network_error':
      return 'We can’t reach the server. Check your connection and try again.'
    case 'code_missing':
      return 'There is a newer version of this page. Reload it to go on.'
    case 'timeout':
      return 'The server took too long to answer. Please try again.'
    case 'invalid_credentials':
      return 'That email or username and password don’t match. Check both and try again.'
    case 'rate_limited':
      return 'Too many attempts. Please wait a little before the next one.'
    case 'database_unavailable':
    case 'overloaded':
    case 'shutting_down':
      return 'The server is busy or restarting. Please try again in a moment.'
    case 'unexpected_answer':
      // Under a good status it came from elsewhere: the page where a hotel asks for one's room, say.
      if (error.status !== null && error.status < 300)
        return 'This answer did not come from our server. If this network wants you to sign in to it, do that first. Otherwise reload the page.'
      return 'Something went wrong on the server. Please try again in a moment.'
    case 'internal_error':
      return 'Something went wrong on the server. Please try again in a moment.'
    case 'email_not_verified':
      return 'Confirm your email address first: open the link in the email we sent you.'
    case 'account_disabled':
      return 'This account was disabled by an administrator. Ask them if you don’t know why.'
    case 'forbidden':
      return 'You are no longer allowed to do this. Reload the page to see what you can do.'
    case 'email_taken':
      return 'There is already an account with this email address.'
    case 'step_up_required':
      return 'Nothing has changed. Try again, and confirm that it’s you.'
    case 'passkey_cancelled':
      return 'No passkey was used. Try again, or use your password.'
    case 'signed_out':
      return 'You have been signed out. Sign in to continue.'
    default:
      return error.message
  }
}
