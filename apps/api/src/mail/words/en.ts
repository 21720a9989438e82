import type { MailWords } from './mail-words.ts'

const notYouFactor =
  'If this was not you, somebody can get into your account. Change your password and end your other sessions: '
const notYou = 'If this was not you, change your password and end your other sessions: '

const moment = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'long', timeZone: 'UTC' })

export const english: MailWords = {
  greeting: (username) => `Hello ${username ?? 'there'},`,
  orOpen: 'Or open this address:',
  unknownDevice: 'Unknown device',
  device: (browser, system) => `${browser} on ${system}`,
  when: (at) => moment.format(at),
  links: { help: 'Help', privacy: 'Privacy', imprint: 'Imprint' },
  mails: {
    verify_email: () => ({
      subject: 'Confirm your email address',
      before: ['Please confirm that this address is yours.'],
      button: 'Confirm my address',
      after: [
        'The link works once and for 24 hours.',
        'If you did not make an account, somebody else has used your address. Open the link and choose “This was not me”: that deletes the account.',
      ],
    }),
    reset_password: () => ({
      subject: 'Reset your password',
      before: ['Somebody, hopefully you, asked to reset the password of your account.'],
      button: 'Choose a new password',
      after: [
        'The link works once and for 30 minutes. Choosing a new password signs you out everywhere.',
        'If it was not you, ignore this mail: your password stays as it is.',
      ],
    }),
    confirm_new_email: () => ({
      subject: 'Confirm your new email address',
      before: ['You asked to use this address for your account from now on.'],
      button: 'Confirm my new address',
      after: [
        'The link works once and for 24 hours. If it was not you, ignore this mail and nothing changes.',
      ],
    }),
    email_changed: ({ when }) => ({
      subject: 'Your email address was changed',
      before: [
        `Your account has used another email address instead of this one since ${when}.`,
        'If this was not you, somebody has your password. Put this address back: that signs everybody out, and you choose a new password.',
      ],
      button: 'Put this address back',
      after: ['The link works once and for 7 days. If you changed the address yourself, ignore this mail.'],
    }),
    password_changed: ({ when, device, ip, link }) => ({
      subject: 'Your password was changed',
      before: [
        `Your password was changed on ${when}, from ${device} (${ip}). Your other sessions were ended.`,
      ],
      after: [`If this was not you, reset it now: ${link}`],
    }),
    new_device: ({ when, device, ip, link }) => ({
      subject: 'A new device signed in to your account',
      before: [`${device} (${ip}) signed in to your account on ${when}. It had not been signed in before.`],
      after: [`If this was you, all is well. ${notYou}${link}`],
    }),
    new_network: ({ when, device, ip, link }) => ({
      subject: 'Your account was used from a new network',
      before: [
        `${device} signed in to your account on ${when}, from ${ip}. The browser is known; the network is new.`,
      ],
      after: [`If this was you, all is well. ${notYou}${link}`],
    }),
    copied_session_refused: ({ when, device, ip, link }) => ({
      subject: 'A copy of your session was refused',
      before: [
        `On ${when}, ${device} (${ip}) showed the cookies of one of your sessions without the key that your browser keeps.`,
        'It was refused, and you stay signed in. Somebody may have read files of your browser.',
      ],
      after: [`${notYou}${link}`],
    }),
    token_reused: ({ when, device, ip, link }) => ({
      subject: 'One of your sessions was ended',
      before: [
        `On ${when}, ${device} (${ip}) showed a refresh token that had been used before. Two programs held the same session, so it was ended for both.`,
        'It may have been a program of yours that started from an old copy. It may also have been somebody who took the token.',
      ],
      after: [`${notYou}${link}`],
    }),
    failed_sign_ins: ({ when, ip, link }) => ({
      subject: 'Many failed sign-ins to your account',
      before: [
        `Somebody tried again and again to sign in to your account, last on ${when} from ${ip}, and failed.`,
      ],
      after: [`Your password was not guessed. If it is short or used elsewhere too, change it: ${link}`],
    }),
    email_change_undone: ({ when }) => ({
      subject: 'The change of your email address was undone',
      before: [
        `Your account has used its former email address again, instead of this one, since ${when}. It was put back by a link that was sent there.`,
        'Everybody was signed out, and a new password has to be chosen. No passkey opens the account any more.',
      ],
      after: [
        'If this was not you, somebody else reads your former mailbox. Tell whoever runs this service at once.',
      ],
    }),
    roles_changed: ({ when, link }) => ({
      subject: 'What you may do was changed',
      before: [`An administrator changed the roles of your account on ${when}.`],
      after: [
        `If you did not expect this, ask whoever runs this service. What happened to your account: ${link}`,
      ],
    }),
    totp_enabled: ({ when, device, ip, link }) => ({
      subject: 'An authenticator app was set up',
      before: [
        `Since ${when}, signing in to your account asks for a code of an authenticator app, set up from ${device} (${ip}).`,
        'Keep the recovery codes where you find them without your phone.',
      ],
      after: [`${notYouFactor}${link}`],
    }),
    totp_disabled: ({ when, device, ip, link }) => ({
      subject: 'Your authenticator app was removed',
      before: [
        `The authenticator app of your account was removed on ${when}, from ${device} (${ip}), and its recovery codes with it. Your password alone signs in from now on.`,
      ],
      after: [`${notYouFactor}${link}`],
    }),
    recovery_codes_renewed: ({ when, device, ip, link }) => ({
      subject: 'You have new recovery codes',
      before: [
        `New recovery codes were made on ${when}, from ${device} (${ip}). The old ones no longer work.`,
      ],
      after: [`${notYouFactor}${link}`],
    }),
    recovery_code_used: ({ when, device, ip, link }) => ({
      subject: 'A recovery code was used',
      before: [
        `One of your recovery codes was used on ${when}, from ${device} (${ip}), in place of a code of your authenticator app. It won’t work again.`,
      ],
      after: [`${notYouFactor}${link}`],
    }),
    recovery_codes_low: ({ when, device, ip, link }) => ({
      subject: 'A recovery code was used, and few are left',
      before: [
        `One of your recovery codes was used on ${when}, from ${device} (${ip}), in place of a code of your authenticator app. Three or fewer are left.`,
        'Make new ones before you need them.',
      ],
      after: [`${notYouFactor}${link}`],
    }),
    failed_factors: ({ when, ip, link }) => ({
      subject: 'Somebody knows your password',
      before: [
        `Somebody showed your password and then wrong codes, again and again, last on ${when} from ${ip}. They did not get in.`,
      ],
      after: [`If this was not you, change your password now: ${link}`],
    }),
    factors_reset_requested: ({ when, link }) => ({
      subject: 'Your second factor will be removed',
      before: [
        `Whoever runs this service was asked to let you in without your authenticator app, recovery codes and passkeys. On ${when} all that you have of these will be removed; from then on your password alone signs in.`,
        'If you still have one of them, sign in with it: that stops it at once.',
      ],
      after: [
        `If you did not ask for this, sign in with your second factor and change your password: ${link}`,
      ],
    }),
    factors_reset_cancelled: ({ when, link }) => ({
      subject: 'Your second factor stays',
      before: [`It was to be removed, and that was stopped on ${when}.`],
      after: [`What happened to your account: ${link}`],
    }),
    factors_reset: ({ when, link }) => ({
      subject: 'Your second factor was removed',
      before: [
        `Your authenticator app, recovery codes and passkeys, as far as you had them, were removed on ${when}, as whoever runs this service was asked to. Your password alone signs in from now on.`,
      ],
      after: [
        `Set up a new one soon. If you did not ask for this, change your password and tell whoever runs this service: ${link}`,
      ],
    }),
    password_removed: ({ when, device, ip, link }) => ({
      subject: 'Your password was removed',
      before: [
        `Your password was removed on ${when}, from ${device} (${ip}). From now on you sign in by passkey.`,
        'Keep this mail: should you lose your passkeys, this address is the way back. A link that is sent here lets you choose a new password.',
      ],
      after: [`For that, or if this was not you, ask for the link here: ${link}`],
    }),
    passkey_added: ({ when, device, ip, link }) => ({
      subject: 'A passkey was added to your account',
      before: [
        `A passkey was added on ${when}, from ${device} (${ip}). It opens your account without a password.`,
      ],
      after: [
        `If this was not you, remove it on your account page, change your password and end your other sessions: ${link}`,
      ],
    }),
    passkey_removed: ({ when, device, ip, link }) => ({
      subject: 'A passkey was removed from your account',
      before: [`A passkey was removed on ${when}, from ${device} (${ip}). It no longer opens your account.`],
      after: [`${notYou}${link}`],
    }),
    passkey_counter_back: ({ when, device, ip, link }) => ({
      subject: 'A copy of one of your passkeys was refused',
      before: [
        `On ${when}, ${device} (${ip}) used one of your passkeys, and it had counted fewer uses than the one we know. That is what a copy does.`,
        'It was refused.',
      ],
      after: [
        `Remove that passkey on your account page and add a new one, then look through your other sessions: ${link}`,
      ],
    }),
    account_lapsing: ({ when }) => ({
      subject: 'Confirm your email address to keep your account',
      before: [
        'The email address of your account was never confirmed.',
        `If it is not confirmed by ${when}, the account and everything about it will be deleted.`,
      ],
      button: 'Confirm my address',
      after: [
        'The link works once and for 24 hours; a new one can be asked for where you sign in.',
        'If you did not make an account, ignore this mail.',
      ],
    }),
    account_deleted: ({ when }) => ({
      subject: 'Your account was deleted',
      before: [`Your account and what was kept about it were deleted on ${when}.`],
      after: ['If this was not you, contact whoever runs this service at once.'],
    }),
  },
}
