import * as z from 'zod/mini'
import {
  EmailSchema,
  ManagedUserSchema,
  NewPasswordSchema,
  PasswordSchema,
  roles,
  UsernameSchema,
  UserSchema,
} from './account.ts'
import { contract } from './route-contract.ts'
import {
  ActivityEventSchema,
  RenameSessionBodySchema,
  SessionParamsSchema,
  SessionSchema,
} from './sessions.ts'
import { OAuthTokensSchema, RegisteredSchema, SignedInSchema, TokensSchema } from './tokens.ts'

/** Everything the API serves stands below this path. */
export const apiPrefix = '/api'

const MessageSchema = z.object({ message: z.string() })

export const RegisterBodySchema = z.strictObject({
  username: UsernameSchema,
  email: EmailSchema,
  password: NewPasswordSchema,
})

export const LoginBodySchema = z.strictObject({
  /** An email address or a username. */
  email: z
    .string('Enter your email address or username.')
    .check(
      z.trim(),
      z.minLength(1, 'Enter your email address or username.'),
      z.maxLength(254, 'This is longer than any email address or username.'),
    ),
  password: PasswordSchema,
})

export const ChangePasswordBodySchema = z.strictObject({
  currentPassword: PasswordSchema,
  newPassword: NewPasswordSchema,
})

/** The token of a link that was sent by mail: 32 bytes in base64url. */
const ActionTokenSchema = z
  .string('The link is not complete.')
  .check(z.minLength(1, 'The link is not complete.'), z.maxLength(128, 'This is not a token of ours.'))

export const TokenOnlyBodySchema = z.strictObject({ token: ActionTokenSchema })
export const EmailOnlyBodySchema = z.strictObject({ email: EmailSchema })
export const ResetPasswordBodySchema = z.strictObject({
  token: ActionTokenSchema,
  password: NewPasswordSchema,
})
export const ChangeEmailBodySchema = z.strictObject({ email: EmailSchema, password: PasswordSchema })
export const UpdateMeBodySchema = z.strictObject({ username: UsernameSchema })
export const DeleteMeBodySchema = z.strictObject({ password: PasswordSchema })

const UserParamsSchema = z.object({ id: z.string() })
const UserSessionParamsSchema = z.object({ id: z.string(), sessionId: z.string() })

/** Part of a username or an email address, from its beginning. */
export const FindUsersQuerySchema = z.object({
  query: z._default(
    z.string().check(z.trim(), z.maxLength(254, 'This is longer than any name or address.')),
    '',
  ),
})
export const SetRolesBodySchema = z.strictObject({
  roles: z
    .array(z.enum(roles))
    .check(z.minLength(1, 'A user has at least one role.'), z.maxLength(roles.length)),
})

/** A JWT of ours is under 1 kB; anything much longer is not worth parsing. */
const RefreshTokenSchema = z
  .string('refreshToken is a string.')
  .check(z.minLength(1, 'refreshToken is empty.'), z.maxLength(4096, 'refreshToken is too long.'))

export const RefreshBodySchema = z.optional(z.strictObject({ refreshToken: z.optional(RefreshTokenSchema) }))

/** RFC 6749 §6. Unknown parameters are ignored, as §3.2 asks. */
export const TokenBodySchema = z.object({
  grant_type: z.string(),
  refresh_token: z.optional(RefreshTokenSchema),
})

/** The table of endpoints. A shape is spelled here and nowhere else. */
export const routes = {
  register: contract({
    method: 'POST',
    path: '/register',
    summary: 'Make an account and sign in',
    requires: 'nothing',
    body: RegisterBodySchema,
    status: 201,
    reply: RegisteredSchema,
    errors: ['validation_failed', 'refresh_lock_malformed', 'email_taken', 'username_taken', 'rate_limited'],
  }),
  login: contract({
    method: 'POST',
    path: '/login',
    summary: 'Sign in with an email address or username and a password',
    requires: 'nothing',
    body: LoginBodySchema,
    status: 200,
    reply: SignedInSchema,
    errors: [
      'validation_failed',
      'refresh_lock_malformed',
      'invalid_credentials',
      'email_not_verified',
      'account_disabled',
      'rate_limited',
    ],
  }),
  refreshToken: contract({
    method: 'POST',
    path: '/refresh-token',
    summary: 'Rotate the refresh token and get a fresh access token',
    requires: 'refreshToken',
    body: RefreshBodySchema,
    status: 200,
    reply: TokensSchema,
    errors: [
      'refresh_token_missing',
      'refresh_token_invalid',
      'refresh_token_expired',
      'refresh_token_revoked',
      'refresh_token_reused',
      'refresh_token_locked',
      'refresh_lock_malformed',
      'rate_limited',
    ],
  }),
  token: contract({
    method: 'POST',
    path: '/token',
    summary: 'The same for OAuth clients: grant_type=refresh_token (RFC 6749 §6)',
    requires: 'nothing',
    body: TokenBodySchema,
    status: 200,
    reply: OAuthTokensSchema,
    errors: [],
  }),
  logout: contract({
    method: 'POST',
    path: '/logout',
    summary: 'End this session and clear its cookies; 204 when there was nothing to end',
    requires: 'nothing',
    body: RefreshBodySchema,
    status: 200,
    reply: MessageSchema,
    errors: [],
  }),
  changePassword: contract({
    method: 'POST',
    path: '/change-password',
    summary: 'Change the password; every other session ends',
    requires: 'accessToken',
    body: ChangePasswordBodySchema,
    status: 200,
    reply: MessageSchema,
    errors: ['validation_failed', 'rate_limited'],
  }),
  verifyEmail: contract({
    method: 'POST',
    path: '/verify-email',
    summary: 'Prove an email address with the token that was sent to it',
    requires: 'nothing',
    body: TokenOnlyBodySchema,
    status: 200,
    reply: MessageSchema,
    errors: ['validation_failed', 'token_invalid', 'token_expired', 'token_used', 'rate_limited'],
  }),
  resendVerification: contract({
    method: 'POST',
    path: '/resend-verification',
    summary: 'Send that mail again; answers alike for every address',
    requires: 'nothing',
    body: EmailOnlyBodySchema,
    status: 200,
    reply: MessageSchema,
    errors: ['validation_failed', 'rate_limited'],
  }),
  forgotPassword: contract({
    method: 'POST',
    path: '/forgot-password',
    summary: 'Ask for a mail to reset the password; answers alike for every address',
    requires: 'nothing',
    body: EmailOnlyBodySchema,
    status: 200,
    reply: MessageSchema,
    errors: ['validation_failed', 'rate_limited'],
  }),
  resetPassword: contract({
    method: 'POST',
    path: '/reset-password',
    summary: 'Choose a new password with the token of that mail; every session ends',
    requires: 'nothing',
    body: ResetPasswordBodySchema,
    status: 200,
    reply: MessageSchema,
    errors: ['validation_failed', 'token_invalid', 'token_expired', 'token_used', 'rate_limited'],
  }),
  changeEmail: contract({
    method: 'POST',
    path: '/change-email',
    summary: 'Ask for another address; it counts once it is confirmed from there',
    requires: 'accessToken',
    body: ChangeEmailBodySchema,
    status: 200,
    reply: MessageSchema,
    errors: ['validation_failed', 'email_taken', 'rate_limited'],
  }),
  confirmEmail: contract({
    method: 'POST',
    path: '/confirm-email',
    summary: 'Confirm the new address with the token that was sent to it',
    requires: 'nothing',
    body: TokenOnlyBodySchema,
    status: 200,
    reply: MessageSchema,
    errors: [
      'validation_failed',
      'email_taken',
      'token_invalid',
      'token_expired',
      'token_used',
      'rate_limited',
    ],
  }),
  updateMe: contract({
    method: 'PATCH',
    path: '/me',
    summary: 'Change the username',
    requires: 'accessToken',
    body: UpdateMeBodySchema,
    status: 200,
    reply: z.object({ user: UserSchema }),
    errors: ['validation_failed', 'username_taken'],
  }),
  deleteMe: contract({
    method: 'DELETE',
    path: '/me',
    summary: 'Delete the account and everything about it',
    requires: 'accessToken',
    body: DeleteMeBodySchema,
    status: 204,
    reply: null,
    errors: ['validation_failed', 'rate_limited'],
  }),
  exportMe: contract({
    method: 'GET',
    path: '/me/export',
    summary: 'Everything that is kept about the account, as JSON',
    requires: 'accessToken',
    status: 200,
    reply: z.object({
      exportedAt: z.iso.datetime(),
      user: UserSchema,
      sessions: z.array(SessionSchema),
      activity: z.array(ActivityEventSchema),
    }),
    errors: [],
  }),
  findUsers: contract({
    method: 'GET',
    path: '/admin/users',
    summary: 'Find users by the beginning of their name or address (administrators)',
    requires: 'admin',
    query: FindUsersQuerySchema,
    status: 200,
    reply: z.object({ users: z.array(ManagedUserSchema) }),
    errors: ['forbidden'],
  }),
  inspectUser: contract({
    method: 'GET',
    path: '/admin/users/:id',
    summary: 'A user and their sessions (administrators)',
    requires: 'admin',
    params: UserParamsSchema,
    status: 200,
    reply: z.object({ user: ManagedUserSchema, sessions: z.array(SessionSchema) }),
    errors: ['forbidden', 'not_found'],
  }),
  endUserSession: contract({
    method: 'DELETE',
    path: '/admin/users/:id/sessions/:sessionId',
    summary: 'End a session of a user (administrators)',
    requires: 'admin',
    params: UserSessionParamsSchema,
    status: 204,
    reply: null,
    errors: ['forbidden', 'not_found'],
  }),
  endUserSessions: contract({
    method: 'DELETE',
    path: '/admin/users/:id/sessions',
    summary: 'End all sessions of a user (administrators)',
    requires: 'admin',
    params: UserParamsSchema,
    status: 204,
    reply: null,
    errors: ['forbidden', 'not_found'],
  }),
  setUserRoles: contract({
    method: 'PATCH',
    path: '/admin/users/:id/roles',
    summary: 'Change what a user may do (administrators; not their own)',
    requires: 'admin',
    params: UserParamsSchema,
    body: SetRolesBodySchema,
    status: 200,
    reply: z.object({ user: ManagedUserSchema }),
    errors: ['validation_failed', 'forbidden', 'not_found'],
  }),
  disableUser: contract({
    method: 'POST',
    path: '/admin/users/:id/disable',
    summary: 'Keep a user out and end their sessions (administrators; not themselves)',
    requires: 'admin',
    params: UserParamsSchema,
    status: 200,
    reply: z.object({ user: ManagedUserSchema }),
    errors: ['forbidden', 'not_found'],
  }),
  enableUser: contract({
    method: 'POST',
    path: '/admin/users/:id/enable',
    summary: 'Let a user in again (administrators)',
    requires: 'admin',
    params: UserParamsSchema,
    status: 200,
    reply: z.object({ user: ManagedUserSchema }),
    errors: ['forbidden', 'not_found'],
  }),
  protected: contract({
    method: 'GET',
    path: '/protected',
    summary: 'The worked example of a protected endpoint',
    requires: 'accessToken',
    status: 200,
    reply: z.object({
      message: z.string(),
      user: z.object({
        id: z.string(),
        username: z.string(),
        email: z.string(),
        roles: z.array(z.enum(roles)),
      }),
    }),
    errors: [],
  }),
  me: contract({
    method: 'GET',
    path: '/me',
    summary: 'Who is signed in, read from the database',
    requires: 'accessToken',
    status: 200,
    reply: z.object({ user: UserSchema }),
    errors: [],
  }),
  sessions: contract({
    method: 'GET',
    path: '/sessions',
    summary: 'Where this account is signed in',
    requires: 'accessToken',
    status: 200,
    reply: z.object({ sessions: z.array(SessionSchema) }),
    errors: [],
  }),
  renameSession: contract({
    method: 'PATCH',
    path: '/sessions/:id',
    summary: 'Give a session a name',
    requires: 'accessToken',
    params: SessionParamsSchema,
    body: RenameSessionBodySchema,
    status: 200,
    reply: z.object({ session: SessionSchema }),
    errors: ['validation_failed', 'not_found'],
  }),
  revokeSession: contract({
    method: 'DELETE',
    path: '/sessions/:id',
    summary: 'End one session; its access tokens die within a second',
    requires: 'accessToken',
    params: SessionParamsSchema,
    status: 204,
    reply: null,
    errors: ['not_found'],
  }),
  revokeOtherSessions: contract({
    method: 'DELETE',
    path: '/sessions',
    summary: 'End every session but this one',
    requires: 'accessToken',
    status: 204,
    reply: null,
    errors: [],
  }),
  logoutEverywhere: contract({
    method: 'POST',
    path: '/logout-everywhere',
    summary: 'End every session, this one included, and clear its cookies',
    requires: 'accessToken',
    status: 204,
    reply: null,
    errors: [],
  }),
  activity: contract({
    method: 'GET',
    path: '/activity',
    summary: 'What happened to this account lately, newest first',
    requires: 'accessToken',
    status: 200,
    reply: z.object({ events: z.array(ActivityEventSchema) }),
    errors: [],
  }),
  healthLive: contract({
    method: 'GET',
    path: '/health/live',
    summary: 'The process answers',
    requires: 'nothing',
    status: 200,
    reply: z.object({ status: z.literal('live') }),
    errors: [],
  }),
  healthReady: contract({
    method: 'GET',
    path: '/health/ready',
    summary: 'The process can serve: its database answers and it is not shutting down',
    requires: 'nothing',
    status: 200,
    reply: z.object({ status: z.literal('ready') }),
    errors: ['database_unavailable', 'shutting_down'],
  }),
} as const

export type Routes = typeof routes
export type RouteName = keyof Routes

/** Outside the prefix: where other services look for the keys that verify access tokens (RFC 8414 §3, RFC 7517). */
export const jwksPath = '/.well-known/jwks.json'
