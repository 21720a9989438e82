// Runs once, on an empty volume. The image has made MONGO_INITDB_ROOT_USERNAME a root user; that is the application's, so it
// keeps what the application needs and no more. With MONGO_ROOT_PASSWORD there is an administrator, too: `root`.
const admin = db.getSiblingDB('admin')
const { MONGO_INITDB_ROOT_USERNAME, MONGO_INITDB_ROOT_PASSWORD, MONGO_ROOT_PASSWORD, REPLICA_SET } =
  process.env
if (MONGO_ROOT_PASSWORD)
  admin.createUser({ user: 'root', pwd: MONGO_ROOT_PASSWORD, roles: [{ role: 'root', db: 'admin' }] })
// Makes the replica set (docker/mongo-members.js), and can do nothing else.
if (REPLICA_SET)
  admin.createUser({
    user: 'members',
    pwd: MONGO_INITDB_ROOT_PASSWORD,
    roles: [{ role: 'clusterManager', db: 'admin' }],
  })
admin.updateUser(MONGO_INITDB_ROOT_USERNAME, { roles: [{ role: 'readWrite', db: 'latchkey' }] })
