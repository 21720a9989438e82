import type { ActivityEvent, ActivityKind } from '@latchkey/contracts'

export interface EventWords {
  title: string
  /** What it means, and what to do about it. */
  meaning: string | null
  /** alarm: somebody may be attacking the account. check: worrying only if it was somebody else. */
  weight: 'plain' | 'check' | 'alarm'
}

const words: Record<ActivityKind, EventWords> = {
  registered: { title: 'Account created', meaning: null, weight: 'plain' },
  signed_in: { title: 'Signed in', meaning: null, weight: 'plain' },
  new_device: {
    title: 'Signed in on a new device',
    meaning: 'Not you? End that session and change your password.',
    weight: 'check',
  },
  new_network: {
    title: 'Signed in from a new network',
    meaning:
      'A browser you have used before, somewhere new. Not you? End that session and change your password.',
    weight: 'check',
  },
  signed_out: { title: 'Signed out', meaning: null, weight: 'plain' },
  session_revoked: { title: 'Session ended', meaning: null, weight: 'plain' },
  copied_session_refused: {
    title: 'A copy of your session was refused',
    meaning:
      'Somebody used a copy of your cookies without the key, which never leaves your browser. They got nothing, and your session continues. But cookies do not copy themselves: check that device for unwanted software, end its session and change your password.',
    weight: 'alarm',
  },
  token_reused: {
    title: 'An old copy of a session was used',
    meaning:
      'Either one of your apps made a mistake, or somebody copied its session. We ended that session to keep you safe. If you can’t explain it, change your password.',
    weight: 'alarm',
  },
  answered_elsewhere: {
    title: 'A session was used from two networks at once',
    meaning:
      'Usual for a phone that changes between Wi-Fi and mobile data. If you stayed where you are, end that session and change your password.',
    weight: 'check',
  },
  password_changed: {
    title: 'Password changed',
    meaning: 'Every other session was ended.',
    weight: 'plain',
  },
  password_reset: {
    title: 'Password reset by email',
    meaning: 'Every session was ended. If this wasn’t you, secure your email account, too.',
    weight: 'check',
  },
  password_removed: {
    title: 'Password removed',
    meaning: 'You sign in by passkey alone. Not you? Ask for a link by email and choose a new password.',
    weight: 'check',
  },
  email_verified: { title: 'Email address confirmed', meaning: null, weight: 'plain' },
  email_changed: {
    title: 'Email address changed',
    meaning: 'Emails about your account go to the new address. If this wasn’t you, change your password.',
    weight: 'check',
  },
  email_change_cancelled: {
    title: 'Change of email address cancelled',
    meaning: 'The links that were sent to the new address no longer work.',
    weight: 'plain',
  },
  email_change_undone: {
    title: 'Change of email address undone',
    meaning: 'Your old address was put back by a link that was sent there, and every session was ended.',
    weight: 'check',
  },
  username_changed: { title: 'Username changed', meaning: null, weight: 'plain' },
  account_disabled: { title: 'Account disabled by an administrator', meaning: null, weight: 'plain' },
  account_enabled: { title: 'Account enabled again', meaning: null, weight: 'plain' },
  roles_changed: { title: 'Your roles were changed', meaning: null, weight: 'plain' },
  totp_enabled: {
    title: 'Authenticator app set up',
    meaning: 'Signing in asks for a code of it. Not you? Change your password and end that session.',
    weight: 'check',
  },
  totp_disabled: {
    title: 'Authenticator app removed',
    meaning: 'The password alone signs in. Not you? Change your password and end that session.',
    weight: 'check',
  },
  recovery_codes_renewed: {
    title: 'New recovery codes',
    meaning: 'Those from before no longer count. Not you? Change your password and end that session.',
    weight: 'check',
  },
  recovery_code_used: {
    title: 'Recovery code used',
    meaning: 'It counts no more. Not you? Change your password and make new codes.',
    weight: 'check',
  },
  recovery_codes_low: {
    title: 'Recovery code used, few left',
    meaning: 'Make new ones before you need them. Not you? Change your password, too.',
    weight: 'check',
  },
  factor_asked: {
    title: 'Right password and code asked for',
    meaning: 'If no sign-in follows and it wasn’t you, somebody knows your password: change it.',
    weight: 'check',
  },
  factor_failed: {
    title: 'Right password and wrong code',
    meaning: 'Nobody got in. If you did not mistype it, somebody knows your password: change it.',
    weight: 'check',
  },
  failed_factors: {
    title: 'Right password and many wrong codes',
    meaning: 'Nobody got in. If it wasn’t you, somebody knows your password: change it now.',
    weight: 'alarm',
  },
  browser_trusted: {
    title: 'Browser trusted for thirty days',
    meaning: 'It signs in without a code. Not you? Forget that browser and change your password.',
    weight: 'check',
  },
  browser_untrusted: {
    title: 'Browser no longer trusted',
    meaning: 'It asks for a code again.',
    weight: 'plain',
  },
  factors_reset_requested: {
    title: 'Second factor to be removed',
    meaning:
      'Whoever runs this service was asked to. If it wasn’t you, sign in with your factor: that stops it.',
    weight: 'alarm',
  },
  factors_reset_cancelled: { title: 'Second factor stays', meaning: null, weight: 'plain' },
  factors_reset: {
    title: 'Second factor removed by the operator',
    meaning: 'The password alone signs in. If you did not ask for it, change your password.',
    weight: 'alarm',
  },
  failed_sign_ins: {
    title: 'Many failed sign-ins',
    meaning:
      'Somebody tried wrong passwords on your account and did not get in. If your password is short or used elsewhere, change it.',
    weight: 'alarm',
  },
  passkey_added: {
    title: 'Passkey added',
    meaning: 'It opens your account without a password. Not you? Remove it and change your password.',
    weight: 'check',
  },
  passkey_removed: {
    title: 'Passkey removed',
    meaning: 'It opens your account no more. Not you? Change your password and end your other sessions.',
    weight: 'check',
  },
  passkey_refused: {
    title: 'A passkey was refused',
    meaning:
      'One of your passkeys was used too late, on another page or in another way than we ask for. Nobody was let in. If you were not signing in then, look at your passkeys.',
    weight: 'check',
  },
  passkey_counter_back: {
    title: 'A copy of a passkey was refused',
    meaning:
      'One of your passkeys had counted fewer uses than the one we know, as a copy would. Nobody was let in. Remove that passkey and add a new one.',
    weight: 'alarm',
  },
}

export function wordsFor({ kind, sessionId }: Pick<ActivityEvent, 'kind' | 'sessionId'>): EventWords {
  if (kind === 'session_revoked' && sessionId === null) return plain('Several sessions ended')
  // A newer server may know more kinds than this page.
  return Object.hasOwn(words, kind)
    ? words[kind]
    : plain(String(kind).charAt(0).toUpperCase() + String(kind).slice(1).replaceAll('_', ' '))
}

const plain = (title: string): EventWords => ({ title, meaning: null, weight: 'plain' })

export const isAlarming = (event: ActivityEvent): boolean => wordsFor(event).weight === 'alarm'
