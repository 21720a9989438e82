import type { ActivityKind } from '@latchkey/contracts'
import { catalogue } from '../catalogue.ts'

export const words = catalogue('activity', {
  recentActivity: 'Recent activity',
  lead: 'What happened to your account in the last 90 days, newest first. If something wasn’t you, change your password.',
  loading: 'Loading your activity…',
  showOlder: 'Show older activity',
  nothingYet: 'Nothing has happened yet.',

  pleaseCheck: 'Please check',
  wasThisYou: 'Was this you?',
  lookAtSessions: 'Look at your sessions',
  changePassword: 'Change your password',
  wasOn: (device: string) => `It was on ${device}.`,
  wasOnNamed: (name: string, device: string) => `It was on ${name} (${device}).`,
  endedFrom: (device: string) => `Ended from ${device}`,

  eventsOn: (count: number, device: string) => `${count} events on ${device}`,
  /** In the middle of a sentence. */
  routine: { signed_in: 'signed in', signed_out: 'signed out' },

  notice: '{title}. See what happened and what you can do.',
  seeActivity: 'See recent activity',

  severalSessionsEnded: 'Several sessions ended',
  /** Of a server that is newer than the page. `name`: "Something new". */
  unknownEvent: (name: string) => name,
  /** What happened, and what it means: what to do about it. */
  events: {
    registered: { title: 'Account created' },
    signed_in: { title: 'Signed in' },
    new_device: {
      title: 'Signed in on a new device',
      meaning: 'Not you? End that session and change your password.',
    },
    new_network: {
      title: 'Signed in from a new network',
      meaning:
        'A browser you have used before, somewhere new. Not you? End that session and change your password.',
    },
    signed_out: { title: 'Signed out' },
    session_revoked: { title: 'Session ended' },
    copied_session_refused: {
      title: 'A copy of your session was refused',
      meaning:
        'Somebody used a copy of your cookies without the key, which never leaves your browser. They got nothing, and your session continues. But cookies do not copy themselves: check that device for unwanted software, end its session and change your password.',
    },
    token_reused: {
      title: 'An old copy of a session was used',
      meaning:
        'Either one of your apps made a mistake, or somebody copied its session. We ended that session to keep you safe. If you can’t explain it, change your password.',
    },
    answered_elsewhere: {
      title: 'A session was used from two networks at once',
      meaning:
        'Usual for a phone that changes between Wi-Fi and mobile data. If you stayed where you are, end that session and change your password.',
    },
    password_changed: {
      title: 'Password changed',
      meaning: 'Every other session was ended.',
    },
    password_reset: {
      title: 'Password reset by email',
      meaning: 'Every session was ended. If this wasn’t you, secure your email account, too.',
    },
    password_removed: {
      title: 'Password removed',
      meaning: 'You sign in by passkey alone. Not you? Ask for a link by email and choose a new password.',
    },
    email_verified: { title: 'Email address confirmed' },
    email_changed: {
      title: 'Email address changed',
      meaning: 'Emails about your account go to the new address. If this wasn’t you, change your password.',
    },
    email_change_cancelled: {
      title: 'Change of email address cancelled',
      meaning: 'The links that were sent to the new address no longer work.',
    },
    email_change_undone: {
      title: 'Change of email address undone',
      meaning:
        'Your old address was put back by a link that was sent there. Every session was ended, and every passkey removed.',
    },
    username_changed: { title: 'Username changed' },
    language_changed: { title: 'Language of emails changed' },
    account_disabled: { title: 'Account disabled by an administrator' },
    account_enabled: { title: 'Account enabled again' },
    roles_changed: { title: 'Your roles were changed' },
    totp_enabled: {
      title: 'Authenticator app set up',
      meaning: 'Signing in now asks for a code from it. Not you? Change your password and end that session.',
    },
    totp_disabled: {
      title: 'Authenticator app removed',
      meaning: 'Your password alone signs you in. Not you? Change your password and end that session.',
    },
    recovery_codes_renewed: {
      title: 'New recovery codes',
      meaning: 'The old ones no longer work. Not you? Change your password and end that session.',
    },
    recovery_code_used: {
      title: 'Recovery code used',
      meaning: 'It won’t work again. Not you? Change your password and make new codes.',
    },
    recovery_codes_low: {
      title: 'Recovery code used, few left',
      meaning: 'Make new ones before you need them. Not you? Change your password, too.',
    },
    factor_asked: {
      title: 'Right password, code asked for',
      meaning: 'If no sign-in follows and it wasn’t you, somebody knows your password: change it.',
    },
    factor_failed: {
      title: 'Right password, wrong code',
      meaning: 'Nobody got in. If you did not mistype it, somebody knows your password: change it.',
    },
    failed_factors: {
      title: 'Right password, many wrong codes',
      meaning: 'Nobody got in. If it wasn’t you, somebody knows your password: change it now.',
    },
    browser_trusted: {
      title: 'Browser trusted for thirty days',
      meaning: 'It signs in without a code. Not you? Forget that browser and change your password.',
    },
    browser_untrusted: {
      title: 'Browser no longer trusted',
      meaning: 'It asks for a code again.',
    },
    factors_reset_requested: {
      title: 'Second factor to be removed',
      meaning:
        'Whoever runs this service was asked to remove it. If it wasn’t you, sign in with your second factor: that stops it.',
    },
    factors_reset_cancelled: { title: 'Second factor stays' },
    factors_reset: {
      title: 'Second factor removed by the operator',
      meaning: 'Your password alone signs you in. If you did not ask for this, change your password.',
    },
    failed_sign_ins: {
      title: 'Many failed sign-ins',
      meaning:
        'Somebody tried wrong passwords on your account and did not get in. If your password is short or used elsewhere, change it.',
    },
    passkey_added: {
      title: 'Passkey added',
      meaning: 'It opens your account without a password. Not you? Remove it and change your password.',
    },
    passkey_removed: {
      title: 'Passkey removed',
      meaning: 'It no longer opens your account. Not you? Change your password and end your other sessions.',
    },
    passkey_refused: {
      title: 'A passkey was refused',
      meaning:
        'One of your passkeys was used too late, on another page or in a way we don’t accept. Nobody was let in. If you were not signing in then, look at your passkeys.',
    },
    passkey_counter_back: {
      title: 'A copy of a passkey was refused',
      meaning:
        'One of your passkeys had counted fewer uses than the one we know, as a copy would. Nobody was let in. Remove that passkey and add a new one.',
    },
  } satisfies Record<ActivityKind, { title: string; meaning?: string }>,
})
