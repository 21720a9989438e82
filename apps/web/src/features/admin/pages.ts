export { default as UserPage } from './user-page.tsx'
export { default as UsersPage } from './users-page.tsx'
