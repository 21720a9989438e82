import { AuthProvider } from '@latchkey/react'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { auth } from './auth'
import { Shop } from './shop'

const root = document.getElementById('root')
if (root)
  createRoot(root).render(
    <StrictMode>
      <AuthProvider client={auth}>
        <Shop />
      </AuthProvider>
    </StrictMode>,
  )
