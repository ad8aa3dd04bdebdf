/** Entry of a worker thread of a kernel run: asks the kernel for one request after another, until it is told to end. */
import { parentPort, workerData } from 'node:worker_threads';
import { openLoader } from '../../bridge/kernel/load.js';
import { periodicCollector } from '../collect.js';
import { type KernelReply, type KernelRequest, type KernelSettings, openShard } from './kernel-executor.js';

const settings: KernelSettings = workerData;
const collect = periodicCollector();
// Requests that come before the loader is open wait in the port.
const opened = await openLoader();
const asked = opened.ok ? openShard(settings, opened.value) : undefined;

function answer(request: Exclude<KernelRequest, { readonly ask: 'end' }>): KernelReply {
  if (asked === undefined) return { about: 'unavailable', message: opened.ok ? '' : opened.unavailable.message };
  return request.ask === 'batch'
    ? { about: 'batch', result: asked.shard.run(request.batch) }
    : { about: 'minimise', result: asked.shard.minimise(request.sighting) };
}

parentPort?.on('message', (request: KernelRequest) => {
  if (request.ask === 'end') {
    // What this thread has made in the kernel would outlive it: descriptors belong to the process.
    asked?.close();
    if (opened.ok) opened.value.close();
    parentPort?.close();
    return;
  }
  parentPort?.postMessage(answer(request));
  if (request.ask === 'batch') collect(request.batch.count);
});
