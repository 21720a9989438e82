/** Small, and seldom needed: one download for all of them. */
export { default as ConfirmEmailPage } from './confirm-email-page.tsx'
export { default as ForgotPasswordPage } from './forgot-password-page.tsx'
export { default as ResetPasswordPage } from './reset-password-page.tsx'
export { default as UndoEmailPage } from './undo-email-page.tsx'
export { default as VerifyEmailPage } from './verify-email-page.tsx'
