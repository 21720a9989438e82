// Run by the health check of the first member until it succeeds: makes the replica set of three, once.
const { readFileSync } = require('node:fs')
db.getSiblingDB('admin').auth('members', readFileSync('/database/password', 'utf8').trim())
try {
  rs.status()
} catch (error) {
  if (error.codeName !== 'NotYetInitialized') throw error
  const hosts = ['mongo:27017', 'mongo2:27017', 'mongo3:27017']
  rs.initiate({ _id: process.env.REPLICA_SET, members: hosts.map((host, _id) => ({ _id, host })) })
}
