// Starts Swagger UI. A file of its own, because the page allows no script inside itself.

const scheme = 'accessToken'

/** Where this page came from, whatever the document says: the page may call its own origin and no other. */
const server = { url: '/api', description: 'The server of this page' }

const hint =
  '**To try it**, sign in by `POST /login` or `POST /register` on this page, or paste an access token at “Authorize”. This page has a session of its own: no cookies are sent or kept, and whoever is signed in in this browser stays so. The refresh token is in the answer; `POST /refresh-token` takes it in its body.'

async function start() {
  const { theme } = document.documentElement.dataset
  const dark = theme ? theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches
  document.documentElement.classList.toggle('dark-mode', dark)
  const answer = await fetch('/api/openapi.json')
  const { info, ...rest } = await answer.json()
  const spec = {
    ...rest,
    info: { ...info, description: `${hint}\n\n${info.description}` },
    servers: [server],
  }
  const ui = SwaggerUIBundle({
    spec,
    dom_id: '#docs',
    presets: [SwaggerUIBundle.presets.apis],
    deepLinking: true,
    docExpansion: 'list',
    defaultModelsExpandDepth: -1,
    displayRequestDuration: true,
    filter: true,
    tryItOutEnabled: true,
    // Nothing is sent elsewhere to be validated.
    validatorUrl: null,
    // A client without cookies. With those of this browser a refresh from here would use up the token of a page of the
    // product, which would lose its session or take the refresh for a thief's.
    requestInterceptor(request) {
      request.credentials = 'omit'
      if (request.method === 'POST') request.headers['X-Refresh-Transport'] = 'body'
      return request
    },
    // Whoever signs in by this page, or goes on with a session, is authorised in it: until it is closed.
    responseInterceptor(response) {
      const token = response.ok && response.body?.accessToken
      if (typeof token === 'string') ui.preauthorizeApiKey(scheme, token)
      return response
    },
  })
}

start().catch(() => {
  document.querySelector('#docs').textContent = 'The document could not be loaded. Please reload the page.'
})
