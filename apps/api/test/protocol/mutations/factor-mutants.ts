import { type Edit, edit } from './mutants.ts'

/** One rule of second factors, passkeys or step-up, broken. The test that is named must fail. */
export interface FactorMutant {
  name: string
  edits: Edit[]
  /** Below `apps/api/test`. */
  file: string
  /** Its name, or part of it. */
  test: string
}

const api = '../apps/api/src/'
const store = `${api}factors/factor-store.ts`
const factors = `${api}factors/factors.service.ts`
const attempt = `${api}sign-in/attempt.ts`
const attempts = `${api}sign-in/sign-in-attempts.ts`
const secondStep = `${api}sign-in/second-step.service.ts`
const secondSteps = `${api}factors/second-steps.ts`
const trust = `${api}sign-in/trusted-browsers.ts`
const auth = `${api}sign-in/auth.service.ts`
const accounts = `${api}users/accounts.ts`
const passkeys = `${api}users/user-passkeys.ts`
const challenges = `${api}sign-in/passkeys/challenges.ts`
const passkeySignIn = `${api}sign-in/passkeys/passkey-sign-in.service.ts`
const webauthn = `${api}sign-in/passkeys/webauthn.ts`
const guards = `${api}guards.ts`
const stepUp = 'contracts/src/server/step-up.ts'
const confirm = 'sessions/src/confirm.ts'
const authentication = 'sessions/src/authentication.ts'

/** The search for a way round the second factor (sign-in.test.ts). */
const i7: [string, string] = ['protocol/sign-in.test.ts', 'I7: no history of sign-ins']

const mutant = (
  name: string,
  [file, rule, broken]: [file: string, rule: string, broken: string],
  noticedIn: string,
  test: string,
): FactorMutant => ({ name, edits: [edit(file, rule, broken)], file: noticedIn, test })

export const factorMutants: FactorMutant[] = [
  // Codes of an app
  mutant(
    'the last accepted step does not move',
    [store, "{ 'totp.lastStep': step, ...renewed }", 'renewed'],
    'factors/sign-in.test.ts',
    'the same code again is refused',
  ),
  mutant(
    'the last accepted step is accepted again',
    [store, '{ $not: { $gte: step } }', '{ $not: { $gt: step } }'],
    'factors/sign-in.test.ts',
    'the same code again is refused, as is one from before it',
  ),
  mutant(
    'nobody asks whether a later code was accepted',
    [store, '{ $not: { $gte: step } }', '{ $ne: step }'],
    'factors/sign-in.test.ts',
    'the same code again is refused, as is one from before it',
  ),
  mutant(
    'the code that switches an app on works once more',
    [store, 'confirmedAt: now, lastStep }', 'confirmedAt: now, lastStep: lastStep - 1 }'],
    'factors/sign-in.test.ts',
    'the code that switched the app on does not sign in as well',
  ),
  mutant(
    'codes of ten steps count',
    [`${api}factors/totp.ts`, 'const leewaySteps = 1', 'const leewaySteps = 10'],
    'factors/totp.test.ts',
    'one step before and after is right as well, two are not',
  ),
  mutant(
    'what was begun can be confirmed for ever',
    [
      store,
      'if (!pending || addSeconds(pending.createdAt, pendingSeconds) <= clock.now()) return null',
      'if (!pending) return null',
    ],
    'factors/totp.test.ts',
    'what is begun has to be confirmed within a quarter of an hour',
  ),
  {
    name: 'a secret belongs to no account',
    edits: [
      edit(`${api}factors/secret-box.ts`, 'cipher.setAAD(Buffer.from(owner))\n      const', 'const'),
      edit(`${api}factors/secret-box.ts`, '      decipher.setAAD(Buffer.from(owner))\n', ''),
    ],
    file: 'factors/secret-box.test.ts',
    test: 'a secret that is copied into another account opens it for nobody',
  },
  mutant(
    'wrong codes are not recorded',
    [factors, "        await record('factor_failed')\n", ''],
    'factors/thief.test.ts',
    'a used or an old code opens nothing, and is recorded',
  ),
  mutant(
    'guesses in an unknown browser take from the known ones',
    [`${api}limits/factor-limits.ts`, 'knownDevice === null\n', 'true\n'],
    'factors/sign-in.test.ts',
    'whoever knows the password and guesses codes is cut off',
  ),

  // Recovery codes
  mutant(
    'of several who renew the recovery codes at once all are shown some',
    [
      store,
      "recoveryCodes: { $literal: stored }, factorChanges: oneMore('factorChanges') }",
      'recoveryCodes: { $literal: stored } }',
    ],
    'factors/totp.test.ts',
    'of recovery codes that are renewed several times at once',
  ),
  mutant('a recovery code is not used up', [store, "{ 'recoveryCodes.$.usedAt': clock.now() }", '{}'], ...i7),
  mutant(
    'a recovery code that is used counts',
    [store, 'hash: hashRecoveryCode(code), usedAt: null }', 'hash: hashRecoveryCode(code) }'],
    'factors/sign-in.test.ts',
    'one recovery code, submitted at once on two nodes, opens one session',
  ),
  mutant(
    'recovery codes are stored as they are',
    [
      `${api}factors/recovery-codes.ts`,
      "createHash('sha256').update(asWritten(code)).digest('base64url')",
      'asWritten(code)',
    ],
    'factors/sign-in.test.ts',
    'neither the log nor a dump of the database holds a secret, a ticket or a code',
  ),

  // Changing factors
  mutant(
    'a session in which no factor was shown changes them',
    [secondSteps, "if (acr === 'mfa') return {}", 'if (acr) return {}'],
    'factors/totp.test.ts',
    'a session in which no factor was shown changes none',
  ),
  mutant(
    'a session that has ended switches the app off',
    [
      store,
      '{ ...stillIn(sessionId, clock.now()), ...asRead(user), totp: { $ne: null } },\n        [{ $set: withoutFactors',
      '{ ...asRead(user), totp: { $ne: null } },\n        [{ $set: withoutFactors',
    ],
    'factors/ended-meanwhile.test.ts',
    'switches the app off',
  ),
  mutant(
    'a session that has ended removes a passkey',
    [
      passkeys,
      "{ ...condition, ...stillIn(sessionId, clock.now()), _id: userId, 'passkeys.id': id, $or",
      "{ ...condition, _id: userId, 'passkeys.id': id, $or",
    ],
    'factors/ended-meanwhile.test.ts',
    'removes a passkey',
  ),
  mutant(
    'who has to have a factor may remove it',
    [factors, "if (isRequired(claims.roles)) throw new AuthError('factor_required')", ''],
    'factors/required.test.ts',
    'who has to have a factor keeps it',
  ),

  // Roles that need a factor
  mutant(
    'a role that needs a factor signs in without',
    [attempt, "return isRequired ? 'enrolmentOutstanding' : 'passwordSuffices'", "return 'passwordSuffices'"],
    'factors/required.test.ts',
    'an administrator without a factor sets one up while signing in',
  ),
  mutant(
    'registering signs in where everybody needs a factor',
    [auth, "requireVerifiedEmail || isFactorRequired(['user'])", 'requireVerifiedEmail'],
    'factors/required.test.ts',
    'where everybody has to have one, nobody is signed in by registering',
  ),
  mutant(
    'a role that needs a factor goes on without in sessions that are open',
    [guards, '      checkFactor?.(claims)\n', ''],
    'factors/required.test.ts',
    'a session that is open goes on, and is no administrator’s',
  ),
  mutant(
    'nobody looks at roles',
    [guards, "      if (!claims.roles.includes(role)) throw new AuthError('forbidden')\n", ''],
    'factors/required.test.ts',
    'who has no such role is refused as ever',
  ),

  // Tickets
  mutant(
    'the password is enough',
    [attempt, "return isTrusted ? 'browserTrusted' : 'factorOutstanding'", "return 'browserTrusted'"],
    'factors/thief.test.ts',
    'the password alone opens nothing',
  ),
  mutant(
    'a ticket is not used up',
    [attempts, '{ state: to } })\n    return modifiedCount > 0', '{ state } })\n    return true'],
    ...i7,
  ),
  mutant(
    'of two steps from one state both are taken',
    [
      attempts,
      '{ state: to } })\n    return modifiedCount > 0',
      '{ state: to } })\n    return modifiedCount >= 0',
    ],
    'factors/sign-in.test.ts',
    'one ticket with two right codes at once on two nodes opens one session',
  ),
  mutant(
    'a ticket has no end',
    [attempts, 'return { _id, state, expiresAt: { $gt: clock.now() } }', 'return { _id, state }'],
    'factors/sign-in.test.ts',
    'a ticket counts for five minutes',
  ),
  mutant('a ticket takes any number of codes', [attempts, ', tries: { $lt: triesPerTicket } }', ' }'], ...i7),
  mutant(
    'a ticket is good in another browser',
    [
      secondStep,
      'if (deviceIdHash && deviceIdHash !== signIn.presented) {',
      'if (deviceIdHash === undefined) {',
    ],
    'factors/sign-in.test.ts',
    'a ticket is no good in another browser than the one that got it',
  ),
  {
    name: 'a change of roles ends no attempt',
    edits: [
      edit(attempts, '  epoch: countedTo(epoch),\n', ''),
      edit(attempts, '  user.epoch === attempt.epoch &&\n', ''),
    ],
    file: i7[0],
    test: i7[1],
  },
  {
    name: 'a change of the password ends no attempt',
    edits: [
      edit(attempts, '  passwordChanges: countedTo(passwordChanges),\n', ''),
      edit(attempts, '  user.passwordChanges === attempt.passwordChanges &&\n', ''),
      // It would end it as well.
      edit(attempts, '  epoch: countedTo(epoch),\n', ''),
      edit(attempts, '  user.epoch === attempt.epoch &&\n', ''),
    ],
    file: i7[0],
    test: i7[1],
  },
  {
    name: 'a change of the factors ends no attempt',
    edits: [
      edit(attempts, '  factorChanges: countedTo(factorChanges),\n', ''),
      edit(attempts, '  user.factorChanges === attempt.factorChanges &&\n', ''),
    ],
    file: i7[0],
    test: i7[1],
  },
  mutant(
    'a factor that comes while a password is compared is not asked for',
    [accounts, '  disabledAt: null,\n  factorChanges: countedTo(factorChanges),\n', '  disabledAt: null,\n'],
    ...i7,
  ),

  // The ways back
  mutant(
    'a reset skips the factor',
    [
      accounts,
      "        passwordResets: oneMore('passwordResets'),\n",
      "        passwordResets: oneMore('passwordResets'),\n        totp: null,\n",
    ],
    'factors/sign-in.test.ts',
    'a reset password does not skip the factor',
  ),
  mutant(
    'a sign-in with a factor does not stop its removal',
    [store, '{ $set: { ...used, factorReset: null } }', '{ $set: used }'],
    'factors/lost.test.ts',
    'whoever signs in by totp has not lost everything',
  ),
  mutant(
    'a sign-in by passkey does not stop its removal',
    [passkeys, '              factorReset: null,\n', ''],
    'factors/lost.test.ts',
    'whoever uses a passkey has not lost everything',
  ),
  mutant(
    'factors are removed before the time is over',
    [`${api}factors/factor-resets.ts`, '{ $lte: clock.now() }', '{ $ne: null }'],
    'factors/lost.test.ts',
    'the operator removes what was lost, after a day',
  ),
  mutant(
    'a passkey of whoever signed up with somebody’s address outlives their reset',
    [accounts, '        ...(!isProved(user) && { passkeys: [] }),\n', ''],
    'passkey-only.test.ts',
    'a stranger who signs up with somebody’s address keeps no passkey',
  ),

  // Trusted browsers
  mutant(
    'the key of a trusted browser works again',
    [
      trust,
      "{ $set: { 'knownDevices.$.trust.lock': next } }",
      "{ $set: { 'knownDevices.$.trust.lock': opens[0] } }",
    ],
    'factors/trusted-browser.test.ts',
    'of one key shown at once on two nodes, one signs in',
  ),
  mutant(
    'any key will do',
    [trust, "'trust.lock': ", "'trust.until': "],
    'factors/trusted-browser.test.ts',
    'cookies alone, a copied request, a wrong key or another browser',
  ),
  mutant(
    'trust has no end',
    [trust, "        'trust.until': { $gt: clock.now() },\n", ''],
    'factors/trusted-browser.test.ts',
    'a trusted browser signs in by the password and its key for 30 days',
  ),
  mutant(
    'trust outlives the password',
    [trust, "        'trust.passwordChanges': passwordChanges,\n", ''],
    'factors/trusted-browser.test.ts',
    'a new password ends the trust',
  ),
  mutant(
    'trust outlives the factor',
    [trust, "        'trust.factorChanges': factorChanges,\n", ''],
    'factors/trusted-browser.test.ts',
    'another app ends the trust',
  ),
  mutant(
    'trust outlives a ban',
    [`${api}admin/administration.ts`, ', knownDevices: [] }', ' }'],
    'factors/trusted-browser.test.ts',
    'an administrator who disables and enables the account ends the trust',
  ),
  mutant(
    'trust outlives that an administrator ends all sessions',
    [`${api}admin/admin.routes.ts`, '    await knownDevices.forgetOthers(params.id, null)\n', ''],
    'factors/trusted-browser.test.ts',
    'an administrator who ends every session ends the trust',
  ),
  mutant(
    'a trusted browser has shown the factor just now',
    [auth, 'authenticatedAt: shownAt ?? undefined', 'authenticatedAt: undefined'],
    'factors/trusted-browser.test.ts',
    'what asks for a recent sign-in goes by when the factor was shown',
  ),

  // Step-up
  mutant(
    'nobody asks for a recent sign-in',
    ['contracts/src/server/route.ts', ' checkStepUp?.(claims)\n', ' {}\n'],
    'step-up.test.ts',
    'and refuses what is older',
  ),
  mutant(
    'the age of a sign-in is compared the wrong way round',
    [
      stepUp,
      'toNumericDate(clock.now()) - shownAt > maxAgeSeconds',
      'shownAt - toNumericDate(clock.now()) > maxAgeSeconds',
    ],
    'step-up.test.ts',
    'and refuses what is older',
  ),
  mutant(
    'a sign-in is recent for a second longer',
    [stepUp, '- shownAt > maxAgeSeconds', '- shownAt > maxAgeSeconds + 1'],
    'step-up.test.ts',
    'lasts ten minutes, across refreshes',
  ),
  mutant(
    'nobody looks at how strong a sign-in is',
    [stepUp, "const isWeak = acr === 'mfa' && claims.acr !== 'mfa'", 'const isWeak = false'],
    'factors/required.test.ts',
    'a session that is open goes on, and is no administrator’s',
  ),
  mutant(
    'a password makes a code of long ago fresh',
    [stepUp, "acr === 'mfa' ? claims.mfa_time : claims.auth_time", 'claims.auth_time'],
    'step-up.test.ts',
    'a code of long ago does not become fresh by a password',
  ),
  mutant(
    'refreshing freshens auth_time',
    [
      authentication,
      'toNumericDate(authenticatedAt ?? createdAt)',
      'toNumericDate((session as never as { rotatedAt: Date }).rotatedAt)',
    ],
    'step-up.test.ts',
    'a token says when and how its owner signed in, and no refresh makes that later',
  ),
  mutant(
    'one factor is several',
    [
      authentication,
      "if (shown.has('pwd') && isStrong([...shown])) shown.add",
      "if (shown.has('pwd')) shown.add",
    ],
    'step-up.test.ts',
    'a token says when and how its owner signed in, and no refresh makes that later',
  ),
  mutant(
    'a confirmation counts for every session',
    [confirm, "$cond: [{ $eq: ['$$each._id', _id] }, ", '$cond: [true, '],
    'step-up.test.ts',
    'counts for the session that confirmed and no other',
  ),
  mutant(
    'nothing more is asked of an account that confirms',
    [
      confirm,
      '{ ...condition, _id: userId, ...liveSession(_id, now) }',
      '{ _id: userId, ...liveSession(_id, now) }',
    ],
    'step-up.test.ts',
    'nothing is confirmed in a session that has ended, or for an account that was disabled meanwhile',
  ),
  mutant(
    'a clock that is behind takes a confirmation back',
    [confirm, "authenticatedAt: later('authenticatedAt'),", 'authenticatedAt: now,'],
    'step-up.test.ts',
    'confirming on a process whose clock is behind takes nothing back',
  ),
  mutant(
    'the password confirms where there is a factor',
    [`${api}sign-in/reauthentication.routes.ts`, "throw new AuthError('factor_required')", 'void 0'],
    'factors/reauthenticate.test.ts',
    'who has a factor confirms by it, and the password alone confirms nothing',
  ),

  // Passkeys
  mutant(
    'a challenge is not used up',
    [challenges, 'model.findOneAndDelete({', 'model.findOne({'],
    'passkeys.test.ts',
    'a challenge adds one passkey, in the session that asked for it',
  ),
  mutant(
    'a challenge is anybody’s',
    [challenges, '        made.boundTo === boundTo(asker) &&\n', ''],
    'passkey-sign-in.test.ts',
    'what was signed signs in once, in the browser that asked',
  ),
  mutant(
    'a challenge has no end',
    [challenges, '        made.expiresAt > clock.now() &&\n', ''],
    'passkey-sign-in.test.ts',
    'what was signed signs in once, in the browser that asked, within five minutes',
  ),
  mutant(
    'a challenge is for anything',
    [challenges, '        purposes.includes(made.purpose)\n', '        purposes.length > 0\n'],
    'passkey-sign-in.test.ts',
    'a challenge for adding or confirming signs nobody in, and one for signing in does neither',
  ),
  mutant(
    'a count that goes back is accepted',
    [passkeys, 'const before = { $lt: Math.max(counter, 1) }', 'const before = { $gte: 0 }'],
    'passkey-sign-in.test.ts',
    'a copy that counts for itself is refused, and the owner is told',
  ),
  mutant(
    'a count that stays is accepted',
    [
      passkeys,
      'const before = { $lt: Math.max(counter, 1) }',
      'const before = { $lte: Math.max(counter, 1) }',
    ],
    'passkey-sign-in.test.ts',
    'of two sign-ins with one count at once, one is let in',
  ),
  mutant(
    'nobody is told of a copy',
    [passkeySignIn, "    await events.record({ kind: 'passkey_counter_back', userId, ...from })\n", ''],
    'passkey-sign-in.test.ts',
    'a copy that counts for itself is refused, and the owner is told',
  ),
  mutant(
    'a passkey need not verify its user to sign in',
    [webauthn, 'requireUserVerification: true,', 'requireUserVerification: false,'],
    'passkey-sign-in.test.ts',
    'with no user verification nobody is let in',
  ),
  mutant(
    'a passkey need not verify its user to be added',
    [webauthn, 'requireUserVerification: !unattended,', 'requireUserVerification: false,'],
    'passkeys.test.ts',
    'none is added with no user verification',
  ),
  mutant(
    'a passkey signs in at any origin',
    [
      webauthn,
      'expectedOrigin: relyingParty.origins,\n      expectedRPID: relyingParty.id,\n      requireUserVerification: true',
      'expectedOrigin: clientDataOf(assertion).origin,\n      expectedRPID: relyingParty.id,\n      requireUserVerification: true',
    ],
    'passkey-sign-in.test.ts',
    'with another origin nobody is let in',
  ),
  mutant(
    'a passkey is added at any origin',
    [
      webauthn,
      'expectedOrigin: relyingParty.origins,\n      expectedRPID: relyingParty.id,\n      supportedAlgorithmIDs',
      'expectedOrigin: clientDataOf(credential).origin,\n      expectedRPID: relyingParty.id,\n      supportedAlgorithmIDs',
    ],
    'passkeys.test.ts',
    'none is added with another origin',
  ),
  mutant(
    'a page of somebody else may frame the question',
    [webauthn, "  if ('crossOrigin' in data && data.crossOrigin === true) return false\n", ''],
    'passkey-sign-in.test.ts',
    'with a frame of another site nobody is let in',
  ),
  mutant(
    'the user handle is not compared',
    [
      passkeySignIn,
      'if (assertion.response.userHandle !== owner?.webauthnId) throw',
      'if (owner === undefined) throw',
    ],
    'passkey-sign-in.test.ts',
    'with the user handle of somebody else nobody is let in',
  ),
  mutant(
    'anybody’s passkey confirms',
    [passkeySignIn, ' ? owner : null)', ' ? owner : owner)'],
    'passkey-confirm.test.ts',
    'the passkey of somebody else confirms nothing',
  ),
  mutant(
    'a passkey that is removed meanwhile opens a session',
    [passkeys, "({ 'passkeys.id': id, disabledAt: null })", '(id && { disabledAt: null })'],
    'passkey-sign-in.test.ts',
    'a sign-in that a removal or a ban overtakes opens no session',
  ),
  mutant(
    'a passkey is made without asking after any sign-in',
    [
      `${api}sign-in/passkeys/passkeys.service.ts`,
      "if (unattended && !(upgrade && amr.includes('pwd'))) throw",
      'if (unattended && !upgrade) throw',
    ],
    'passkey-origins.test.ts',
    'a passkey is made without asking only after a sign-in by password',
  ),
  mutant(
    'the last passkey can be removed',
    [passkeys, ", 'passkeys.id': id, $or: another }", ", 'passkeys.id': id }"],
    'passkey-only.test.ts',
    'whoever removes both at once keeps one',
  ),
  mutant(
    'the password can be removed where nothing else opens the account',
    [accounts, "          'passkeys.0': { $exists: true },\n", ''],
    'passkey-only.test.ts',
    'the password stays where nothing else opens the account',
  ),
]
