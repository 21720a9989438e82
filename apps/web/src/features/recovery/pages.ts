/** These pages are small and rarely needed, so they share one download. */
export { default as ConfirmEmailPage } from './confirm-email-page.tsx'
export { default as ForgotPasswordPage } from './forgot-password-page.tsx'
export { default as ResetPasswordPage } from './reset-password-page.tsx'
export { default as UndoEmailPage } from './undo-email-page.tsx'
export { default as VerifyEmailPage } from './verify-email-page.tsx'
