import { Link, useLocation } from 'react-router-dom'
import { paths } from '../../app/paths.ts'
import { readReturnPath, withReturnPath } from '../../app/return-path.ts'
import styles from './entrance-form.module.css'
import { EntranceLayout } from './entrance-layout.tsx'
import { RegisterForm } from './register-form.tsx'

export default function RegisterPage() {
  const { search } = useLocation()
  return (
    <EntranceLayout title="Create your account" lead="It takes a minute, and you are signed in right away.">
      <RegisterForm />
      <p className={styles.other}>
        Have an account? <Link to={withReturnPath(paths.login, readReturnPath(search))}>Sign in</Link>
      </p>
    </EntranceLayout>
  )
}
