// Runs once, on an empty volume. The image has made MONGO_INITDB_ROOT_USERNAME a root user; that is the application's, so it
// keeps what the application needs and no more. With MONGO_ROOT_PASSWORD there is an administrator, too: `root`.
const admin = db.getSiblingDB('admin')
const { MONGO_INITDB_ROOT_USERNAME, MONGO_ROOT_PASSWORD } = process.env
if (MONGO_ROOT_PASSWORD)
  admin.createUser({ user: 'root', pwd: MONGO_ROOT_PASSWORD, roles: [{ role: 'root', db: 'admin' }] })
admin.updateUser(MONGO_INITDB_ROOT_USERNAME, { roles: [{ role: 'readWrite', db: 'latchkey' }] })
