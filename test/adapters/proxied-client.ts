import { WebSocket } from 'undici';
import { useProxy } from '../../src/adapters/proxy.ts';
import { uploadBytes } from '../../src/adapters/upload-bytes.ts';

// A process of its own, for extra certificates are read when Node starts: asks one host in all the ways Staunch does.
const proxy = useProxy(process.env);
const { host } = new URL(process.argv[2] ?? '');
const response = await fetch(`https://${host}/api/`);
const uploaded = await uploadBytes(`https://${host}/upload/`, new Uint8Array(3));
const socket = new WebSocket(`wss://${host}/link/`, proxy ? { dispatcher: proxy.dispatcher } : {});
const said = await new Promise<string>((resolve, reject) => {
  socket.addEventListener('message', event => resolve(String(event.data)));
  socket.addEventListener('error', event => reject(event.error));
});
socket.close();
process.stdout.write(
  JSON.stringify({ variable: proxy?.variable, fetched: await response.text(), uploaded, said }),
);
