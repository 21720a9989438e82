export const apiSecrets = {
  ACCESS_SECRET: 'an access secret of this test, and of no other',
  REFRESH_SECRET: 'a refresh secret of this test, and of no other',
}
