import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export type Invariant = 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I6'

/** In a source file, the one place where `rule` stands becomes `broken`. */
export interface Edit {
  file: string
  rule: string
  broken: string
}

interface Broken {
  name: string
  edits: Edit[]
}

/** One rule of the protocol, broken. */
export interface Mutant extends Broken {
  /** The invariant that falls with the rule: its test must notice. */
  breaks: Invariant
}

const source = new URL('../../../../../packages/', import.meta.url)
export const pathOf = (file: string) => fileURLToPath(new URL(file, source))

export const edit = (file: string, rule: string, broken: string): Edit => ({ file, rule, broken })

const mutant = (breaks: Invariant, name: string, file: string, rule: string, broken: string): Mutant => ({
  breaks,
  name,
  edits: [edit(file, rule, broken)],
})

const rotate = 'sessions/src/refresh/rotate.ts'
const verdict = 'sessions/src/refresh/refresh-verdict.ts'
const revoke = 'sessions/src/revoke.ts'
const issue = 'sessions/src/issue.ts'
const accessToken = 'sessions/src/tokens/access-token.ts'
const revocations = 'sessions/src/revocations/revocations.ts'
const accounts = '../apps/api/src/users/accounts.ts'
const administration = '../apps/api/src/admin/administration.ts'

export const mutants: Mutant[] = [
  // Rule 1: the compare-and-swap
  mutant(
    'I5',
    'the swap does not look at the generation',
    rotate,
    '            generation,\n            lock: opens,\n',
    '            lock: opens,\n',
  ),
  mutant(
    'I2',
    'the swap does not look at the lock',
    rotate,
    '            generation,\n            lock: opens,\n',
    '            generation,\n',
  ),
  mutant(
    'I5',
    'a rotation does not count',
    rotate,
    "$inc: { 'refreshTokens.$.generation': 1 }",
    "$inc: { 'refreshTokens.$.generation': 0 }",
  ),
  mutant(
    'I5',
    'a rotation counts twice',
    rotate,
    "$inc: { 'refreshTokens.$.generation': 1 }",
    "$inc: { 'refreshTokens.$.generation': 2 }",
  ),
  mutant(
    'I4',
    'the swap does not look at the session',
    rotate,
    '            _id: new Types.ObjectId(sessionId),\n            generation,\n',
    '            generation,\n',
  ),
  mutant('I1', 'nothing that was used up is remembered', rotate, '$slice: -consumedLimit', '$slice: 0'),
  mutant(
    'I5',
    'the token depends on when it is asked for',
    'sessions/src/tokens/refresh-token.ts',
    'iat: toNumericDate(session.rotatedAt)',
    'iat: toNumericDate(clock.now())',
  ),

  // Rule 2: the hash lock
  mutant('I1', 'the next lock is not stored', rotate, "        'refreshTokens.$.lock': next,\n", ''),
  mutant(
    'I5',
    'a bound session may rotate without the next lock',
    rotate,
    'const lock = isComplete(proof) ? proof : unbound',
    'const lock = proof',
  ),
  mutant(
    'I1',
    'a key is compared with the lock as it is',
    'sessions/src/refresh/refresh-lock.ts',
    "return hash('sha256', Buffer.from(key, 'base64url'), 'base64url')",
    'return key',
  ),

  // Rule 3: bound sessions
  mutant(
    'I2',
    'a generation that was used up is answered without its key',
    verdict,
    "if (opens(session.lock) || session.consumed.some(({ lock }) => opens(lock))) return { kind: 'answer' }",
    "if (consumedGeneration(session, claims.generation) || opens(session.lock) || session.consumed.some(({ lock }) => opens(lock))) return { kind: 'answer' }",
  ),
  mutant(
    'I2',
    'the current generation is answered without its key',
    verdict,
    'if (opens(session.lock) || session.consumed.some(({ lock }) => opens(lock)))',
    'if (claims.generation === session.generation || session.consumed.some(({ lock }) => opens(lock)))',
  ),
  mutant(
    'I1',
    'a generation that was used up is answered to nobody',
    verdict,
    "if (opens(session.lock) || session.consumed.some(({ lock }) => opens(lock))) return { kind: 'answer' }\n",
    '',
  ),
  mutant(
    'I1',
    'a generation is remembered with the wrong lock',
    rotate,
    '{ generation, lock: opens, at: now }',
    '{ generation, lock: next, at: now }',
  ),
  mutant(
    'I5',
    'a retry gets a generation of its own',
    rotate,
    '        return signedIn(found, readAt)\n',
    `        if (found) {
          const { generation, lock, absoluteExpiresAt } = found.session
          const locks = { opens: lock, next: proof.next }
          const again = await swap({ ...claims, generation }, locks, device, absoluteExpiresAt)
          if (again) return again
        }\n`,
  ),
  mutant(
    'I5',
    'a retry is answered with a token of the generation it asked with',
    rotate,
    '        return signedIn(found, readAt)\n',
    `        return signedIn(
          found && { ...found, session: { ...found.session, generation: claims.generation } },
          readAt,
        )\n`,
  ),
  mutant(
    'I2',
    'a copy that is refused ends the session',
    rotate,
    "        if (isCopy) await record('copied_session_refused', claims, device)\n",
    `        if (isCopy) await record('copied_session_refused', claims, device)
        if (isCopy) await revoke(claims.userId, claims.sessionId)\n`,
  ),
  mutant(
    'I2',
    'a copy that is refused is not recorded',
    rotate,
    "        if (isCopy) await record('copied_session_refused', claims, device)\n",
    '',
  ),
  mutant(
    'I2',
    'a copy from before what is remembered is not recorded, if it shows a key of its own',
    verdict,
    'proof.opens === null || (claims.lock !== null && !opens(claims.lock))',
    'proof.opens === null',
  ),
  mutant(
    'I1',
    'a browser with a late cookie is taken for a copy',
    verdict,
    'proof.opens === null || (claims.lock !== null && !opens(claims.lock))',
    'true',
  ),
  mutant(
    'I2',
    'whoever shows no key is taken for a browser that forgot it',
    verdict,
    'if (proof.opens === null && sameBrowser)',
    'if (proof.opens === null)',
  ),
  mutant(
    'I1',
    'a client that is too far behind is not told the generation',
    verdict,
    "{ kind: 'locked', isCopy, generation: session.generation }",
    "{ kind: 'locked', isCopy }",
  ),

  // Rule 4: unbound sessions
  mutant(
    'I3',
    'the leeway has no end',
    verdict,
    'now <= addSeconds(consumed.at, leewaySeconds)',
    'now >= consumed.at',
  ),
  mutant('I1', 'there is no leeway', verdict, "kind: inLeeway ? 'answer' : 'reused'", "kind: 'reused'"),
  mutant(
    'I3',
    'what is no longer remembered counts as recent',
    verdict,
    'const inLeeway = consumed !== undefined && now',
    'const inLeeway = consumed === undefined || now',
  ),
  mutant(
    'I4',
    'reuse ends every session of the person',
    rotate,
    "        await revoke(claims.userId, claims.sessionId, 'token_reused')\n",
    '        await users.updateOne({ _id: claims.userId }, { $set: { refreshTokens: [] } })\n',
  ),
  mutant(
    'I3',
    'reuse ends nothing',
    rotate,
    "        await revoke(claims.userId, claims.sessionId, 'token_reused')\n",
    '',
  ),
  mutant(
    'I3',
    'reuse is refused like any other bad token',
    verdict,
    "return { kind: inLeeway ? 'answer' : 'reused' }",
    "return inLeeway ? { kind: 'answer' } : { kind: 'refused', code: 'refresh_token_invalid' }",
  ),
  mutant('I3', 'reuse is not recorded', rotate, "        await record('token_reused', claims, device)\n", ''),
  {
    name: 'an unbound session can be bound later',
    breaks: 'I3',
    edits: [
      {
        file: verdict,
        rule: 'function judgeUnbound({ claims, now, leewaySeconds }: Question',
        broken: 'function judgeUnbound({ claims, proof, now, leewaySeconds }: Question',
      },
      {
        file: verdict,
        rule: "if (claims.generation === session.generation) return { kind: 'swap', lock: unbound }",
        broken:
          "if (claims.generation === session.generation) return { kind: 'swap', lock: { ...proof, opens: null } }",
      },
    ],
  },

  // Rule 5: generations from the future
  mutant(
    'I5',
    'a generation above the current one of an unbound session is taken for one that was used up',
    verdict,
    "  if (claims.generation > session.generation) return { kind: 'refused', code: 'refresh_token_invalid' }\n",
    '',
  ),
  mutant(
    'I5',
    'a generation above the current one is answered without a key',
    verdict,
    'if (opens(session.lock) || session.consumed.some(({ lock }) => opens(lock)))',
    'if (claims.generation > session.generation || opens(session.lock) || session.consumed.some(({ lock }) => opens(lock)))',
  ),
  mutant(
    'I5',
    'a generation above the current one is answered to nobody, be its key shown',
    verdict,
    "  if (session.generation < 0) return { kind: 'refused', code: 'refresh_token_invalid' }\n",
    "  if (claims.generation > session.generation) return { kind: 'refused', code: 'refresh_token_invalid' }\n",
  ),

  // Rule 6: expiry
  mutant(
    'I4',
    'a session outlives its longest age',
    rotate,
    '            absoluteExpiresAt: { $gte: expiresAt },\n',
    '',
  ),
  mutant('I1', 'expiry does not slide', rotate, "        'refreshTokens.$.expiresAt': expiresAt,\n", ''),
  {
    name: 'nothing looks at the expiry',
    breaks: 'I4',
    edits: [
      {
        file: verdict,
        rule: "  if (session.expiresAt <= now) return { kind: 'refused', code: 'refresh_token_expired' }\n",
        broken: '',
      },
      { file: rotate, rule: '            expiresAt: { $gt: now },\n', broken: '' },
    ],
  },

  // Rule 7: cookies
  mutant(
    'I1',
    'a refused refresh clears the cookies',
    'sessions/src/express/refresh.routes.ts',
    'const signedIn = await refresh(req, res, fromBody)',
    `const signedIn = await refresh(req, res, fromBody).catch((error) => {
      for (const name of ['refreshToken', 'session']) res.clearCookie(\`latchkey.\${name}\`, { path: '/' })
      throw error
    })`,
  ),
  mutant(
    'I1',
    'the readable cookie stays behind',
    'sessions/src/express/refresh-cookies.ts',
    '[tokenCookie, sessionCookie]',
    '[tokenCookie]',
  ),

  // Rule 8: outages
  mutant(
    'I1',
    'a database out of reach reads as a bad token',
    'contracts/src/server/problem.ts',
    "if (isOutage(thrown)) return new AuthError('database_unavailable'",
    "if (isOutage(thrown)) return new AuthError('refresh_token_invalid'",
  ),

  mutant(
    'I1',
    'an outage does not say when to come back',
    'contracts/src/server/problem.ts',
    '(status === 503 ? outageRetrySeconds : undefined)',
    'undefined',
  ),

  // Ending sessions
  mutant(
    'I4',
    'a sign-in ends the others',
    'sessions/src/issue.ts',
    '$concatArrays: [live, [',
    '$concatArrays: [[], [',
  ),
  mutant(
    'I4',
    'access tokens of a session that ended live on',
    revoke,
    '    await revocations.revokeSessions(ids, { userId: new Types.ObjectId(userId), reason })\n',
    '',
  ),
  mutant(
    'I4',
    'nobody asks whether an access token was revoked',
    'sessions/src/express/authenticate.ts',
    "if (revoked) throw new AuthError('access_token_revoked')",
    '',
  ),
  mutant(
    'I4',
    'ending a session leaves it stored',
    revoke,
    '    await users.updateOne({ _id: userId }, { $pull: { refreshTokens: { _id: { $in: ids } } } })\n',
    '',
  ),
  mutant(
    'I4',
    'ending one session ends them all',
    revoke,
    'return (await revokeWhere(userId, reason, (_id) => _id.equals(sessionId)))[0] ?? null',
    'return (await revokeWhere(userId, reason, () => true))[0] ?? null',
  ),

  // Access tokens: their order is a number
  mutant(
    'I6',
    'a rotation does not read the epoch',
    rotate,
    '      epoch: 1,\n      refreshTokens: {',
    '      refreshTokens: {',
  ),
  mutant('I6', 'a sign-in does not read the epoch', issue, '...sessionAges, epoch: 1 }', '...sessionAges }'),
  mutant(
    'I6',
    'a token does not say its epoch',
    accessToken,
    '        exp: expiresAt,\n        epoch,\n',
    '        exp: expiresAt,\n',
  ),
  mutant('I6', 'nobody compares epochs', revocations, ' || epoch < Math.max(leastOf(sid), leastOf(sub))', ''),
  mutant(
    'I6',
    'the epoch of a session is not looked at',
    revocations,
    'Math.max(leastOf(sid), leastOf(sub))',
    'leastOf(sub)',
  ),
  mutant(
    'I6',
    'the epoch that a user has reached is revoked as well',
    revocations,
    'epoch < Math.max(leastOf(sid), leastOf(sub))',
    'epoch <= Math.max(leastOf(sid), leastOf(sub))',
  ),
  mutant(
    'I6',
    'a user who is gone is not looked at',
    revocations,
    'ended.has(sid) || ended.has(sub)',
    'ended.has(sid)',
  ),
  mutant(
    'I6',
    'what is revoked is not raised with the user',
    revoke,
    "{ epoch: oneMore('epoch') }",
    "{ epoch: '$epoch' }",
  ),
  mutant(
    'I6',
    'a change of roles does not raise the epoch',
    administration,
    ", epoch: oneMore('epoch') }",
    ' }',
  ),
  mutant(
    'I6',
    'a change of roles revokes nothing before it',
    administration,
    '    await sessions.revokeIssued(_id)\n',
    '',
  ),
  mutant(
    'I6',
    'a change of roles revokes nothing after it',
    administration,
    '    await revocations.revokeBelow([_id], user.epoch, { userId: _id, ...(ends && { reason: ends }) })\n',
    '',
  ),
  mutant(
    'I6',
    'a new password revokes nothing before it',
    accounts,
    '      await sessions.revokeIssued(user._id, keptSessionId)\n',
    '',
  ),
  mutant(
    'I6',
    'a new password revokes nothing after it',
    accounts,
    'if (before) await revocations.revokeEnded(',
    'if (before) await Promise.all(',
  ),
  mutant(
    'I6',
    'a new password revokes the session that goes on',
    accounts,
    'await sessions.revokeIssued(user._id, keptSessionId)',
    'await sessions.revokeIssued(user._id)',
  ),
  mutant(
    'I6',
    'a reset revokes nothing before it',
    accounts,
    '      await sessions.revokeIssued(user._id)\n',
    '',
  ),
  mutant(
    'I6',
    'a reset revokes nothing after it',
    accounts,
    'await revocations.revokeBelow([user._id], before.epoch + 1, cause).catch(() => {})\n',
    '',
  ),
  mutant(
    'I6',
    'a deletion revokes nothing before it',
    accounts,
    '      await sessions.revokeIssued(userId)\n      const { deletedCount }',
    '      const { deletedCount }',
  ),
  mutant(
    'I6',
    'a deletion revokes nothing after it',
    accounts,
    `      if (deletedCount > 0 || !(await users.exists({ _id: userId })))
        await revocations.revokeEnded([userId], cause)\n`,
    '',
  ),
  mutant(
    'I6',
    'whoever is pushed out by the limit keeps their access token',
    issue,
    "      await revocations.revokeEnded(tooMany, { userId, reason: 'session_limit' })\n",
    '',
  ),
  mutant(
    'I6',
    'an end that was cut off is taken back by a refresh',
    rotate,
    `    if (revocations.hasEnded(claims.sessionId) && (await revoke(claims.userId, claims.sessionId)))
      throw new AuthError('refresh_token_revoked')
`,
    '',
  ),

  // Revocations: none is taken back
  mutant(
    'I6',
    'a revocation is lowered by what is written late',
    revocations,
    "{ $max: ['$epoch', epoch] }",
    'epoch',
  ),
  mutant(
    'I6',
    'a session that has ended is brought back by what is written late',
    revocations,
    "{ $cond: [dead, null, { $max: ['$epoch', epoch] }] }",
    "{ $max: ['$epoch', epoch] }",
  ),
  mutant(
    'I6',
    'a revocation is kept for as long as most tokens live',
    revocations,
    'const keptSeconds = longestAccessTokenSeconds + skewSeconds',
    'const keptSeconds = 960',
  ),
  mutant(
    'I6',
    'a revocation allows for no clock that is wrong',
    revocations,
    'const skewSeconds = 3600',
    'const skewSeconds = 0',
  ),
  mutant(
    'I6',
    'a revocation allows for no second database clock',
    revocations,
    'const skewSeconds = 3600',
    'const skewSeconds = 1200',
  ),
  mutant(
    'I6',
    'a token outlives what is set where it is shown',
    accessToken,
    'return Math.min(exp, iat + settings.ttlSeconds)',
    'return exp',
  ),
  mutant(
    'I6',
    'iat runs ahead of the clock',
    rotate,
    'issuedAt: toNumericDate(readAt)',
    'issuedAt: toNumericDate(readAt) + found.epoch',
  ),
]

/** The source of one file with the mutant's edits. Throws when a rule does not stand there exactly once. */
export function mutated(mutant: Broken, file: string, code: string): string {
  let result = code
  for (const { rule, broken } of mutant.edits.filter((edit) => edit.file === file)) {
    const found = result.split(rule).length - 1
    if (found !== 1)
      throw new Error(
        `"${mutant.name}" wants to break a rule that stands ${found} times in ${file}:\n${rule}`,
      )
    result = result.replace(rule, () => broken)
  }
  return result
}

/** Throws when the source has moved on from what a mutant breaks. */
export function checkApplies(mutant: Broken): void {
  for (const { file } of mutant.edits) mutated(mutant, file, readFileSync(pathOf(file), 'utf8'))
}
