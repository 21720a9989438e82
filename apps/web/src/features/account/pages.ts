export { default as AccountPage } from './account-page.tsx'
export { default as PasswordPage } from './password-page.tsx'
