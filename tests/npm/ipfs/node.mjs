// An IPFS node that talks to nobody: node.mjs REPOSITORY PORT. Prints READY when its API answers on 127.0.0.1:PORT.
import './polyfill.mjs'
const { create } = await import('ipfs-core')
const { HttpApi } = await import('ipfs-http-server')

const [repo, port] = process.argv.slice(2)
const ipfs = await create({
  repo,
  offline: true,
  silent: true,
  init: { emptyRepo: true, algorithm: 'Ed25519', profiles: ['test'] },
  config: {
    Bootstrap: [],
    Routing: { Type: 'none' },
    Addresses: { Swarm: [], Delegates: [], API: `/ip4/127.0.0.1/tcp/${port}`, Gateway: '', RPC: '' },
    Discovery: { MDNS: { Enabled: false }, webRTCStar: { Enabled: false } }
  }
})
const api = new HttpApi(ipfs)
await api.start()
console.log('READY')

const stop = async () => {
  try { await api.stop(); await ipfs.stop() } finally { process.exit(0) }
}
process.on('SIGTERM', stop)
process.on('SIGINT', stop)
