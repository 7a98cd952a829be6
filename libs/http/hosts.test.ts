import { allowedHost, isPrivateAddress } from './hosts.js';

const shopify = { hosts: [/^[a-z0-9-]+\.myshopify\.com$/], private: false };
const sandbox = { hosts: ['127.0.0.1'], private: true };

describe('allowedHost', () => {
  it.each([
    ['https://demo.myshopify.com/admin', shopify],
    ['https://DEMO.myshopify.com', shopify],
    ['http://127.0.0.1:4010/shopify', sandbox],
    ['https://erp.example:50000/b1s/v2', { hosts: ['erp.example'], private: false }],
    ['https://erp.example:50000/b1s/v2', { hosts: ['erp.example:50000'], private: false }],
  ])('allows %s', (url, rule) => {
    expect(() => allowedHost(url, rule)).not.toThrow();
  });

  it.each([
    ['https://evil.example/admin', shopify, 'not a host of this platform'],
    ['https://demo.myshopify.com.evil.example', shopify, 'not a host of this platform'],
    ['https://demo.myshopify.com@evil.example/', shopify, 'not a host of this platform'],
    ['http://demo.myshopify.com', shopify, 'in clear'],
    ['ftp://127.0.0.1/', sandbox, 'not spoken here'],
    ['http://127.0.0.2/', sandbox, 'not a host'],
    ['https://10.1.2.3/', { hosts: ['10.1.2.3'], private: false }, 'private network'],
    ['https://[fe80::1]/', { hosts: ['[fe80::1]'], private: false }, 'private network'],
    ['nonsense', shopify, 'no URL'],
  ])('refuses %s', (url, rule, sentence) => {
    expect(() => allowedHost(url, rule)).toThrow(
      expect.objectContaining({ kind: 'config', message: expect.stringContaining(sentence) }) as Error,
    );
  });
});

describe('isPrivateAddress', () => {
  it.each([
    '0.0.0.0',
    '10.255.0.1',
    '100.64.0.1',
    '127.8.8.8',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '198.19.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '[::1]',
    'fd00::1',
    'fe80::1%eth0',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '64:ff9b::a00:1',
  ])('knows %s', (address) => {
    expect(isPrivateAddress(address)).toBe(true);
  });

  it.each([
    '8.8.8.8',
    '172.32.0.1',
    '100.128.0.1',
    '2606:4700::1111',
    '::ffff:8.8.8.8',
    '64:ff9b::808:808',
    'example.com',
  ])('lets %s through', (address) => {
    expect(isPrivateAddress(address)).toBe(false);
  });
});
