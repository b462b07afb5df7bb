import { expect, it } from 'vitest';
import { createWaitMeter } from '../../../src/engine/running/wait-meter.ts';

function setup() {
  let now = 0;
  const meter = createWaitMeter(() => now);
  const pass = (ms: number) => async (): Promise<void> => {
    now += ms;
  };
  return { meter, pass };
}

it('tells nothing of an attempt that did not wait', async () => {
  const { meter, pass } = setup();
  expect(meter.waited()).toBeUndefined();
  await meter.during('nothing', pass(0));
  expect(meter.waited()).toBeUndefined();
});

it('adds waits up, and names the longest', async () => {
  const { meter, pass } = setup();
  await meter.during('the pods', pass(10));
  await pass(500)();
  await meter.during('the names', pass(25));
  expect(meter.waited()).toEqual({ ms: 35, for: 'the names' });
});

it('counts waits that overlap once', async () => {
  const { meter, pass } = setup();
  await meter.during('outer', async () => {
    await pass(10)();
    await meter.during('inner', pass(5));
  });
  expect(meter.waited()).toEqual({ ms: 15, for: 'outer' });
});

it('counts a wait that fails, and one that is still open', async () => {
  const { meter, pass } = setup();
  const failing = meter.during('the server', async () => {
    await pass(10)();
    throw new Error('gone');
  });
  await expect(failing).rejects.toThrow('gone');
  void meter.during('for ever', async () => new Promise(() => undefined));
  await pass(7)();
  expect(meter.waited()).toEqual({ ms: 17, for: 'the server' });
});
