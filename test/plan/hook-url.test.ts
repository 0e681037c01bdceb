/** Where hooks may go: by the parts of a URL, whatever it looks like. */
import { describe, expect, it } from '@jest/globals';
import { flawOf, isAllowed } from '../../plan/hook-url.js';

const ALLOW = ['https://itsm.example.com/hooks/', 'https://cmdb.example.com:8443', 'http://127.0.0.1:9/only'];

describe('a hook', () => {
  it.each([
    'https://itsm.example.com/hooks',
    'https://itsm.example.com/hooks/',
    'https://itsm.example.com/hooks/freeze?of=drover',
    'https://cmdb.example.com:8443/',
    'https://cmdb.example.com:8443',
    'https://cmdb.example.com:8443/any/thing',
    'http://127.0.0.1:9/only/this',
  ])('goes to %s', (url) => {
    expect(isAllowed(url, ALLOW)).toBe(true);
  });

  it.each([
    ['another host that begins alike', 'https://itsm.example.com.evil/hooks/'],
    ['another host that ends alike', 'https://evil-itsm.example.com/hooks/'],
    ['a host below it', 'https://a.itsm.example.com/hooks/'],
    ['the host as a login', 'https://itsm.example.com@evil.example/hooks/'],
    ['the host and path as a login', 'https://itsm.example.com%2fhooks%2f@evil.example/'],
    ['a login', 'https://ann:secret@itsm.example.com/hooks/'],
    ['an empty login', 'https://@itsm.example.com/hooks/'],
    ['a path that begins alike', 'https://itsm.example.com/hooksters'],
    ['the path above', 'https://itsm.example.com/'],
    ['a way up', 'https://itsm.example.com/hooks/../admin'],
    ['a way up that is encoded', 'https://itsm.example.com/hooks/%2e%2e/admin'],
    ['a way up that is encoded in part', 'https://itsm.example.com/hooks/.%2E/admin'],
    ['a way up that is encoded twice', 'https://itsm.example.com/hooks/%252e%252e/admin'],
    ['a way up with a parameter', 'https://itsm.example.com/hooks/..;/admin'],
    ['an encoded slash', 'https://itsm.example.com/hooks/..%2fadmin'],
    ['an encoded backslash', 'https://itsm.example.com/hooks/%5c..%5cadmin'],
    ['two slashes', 'https://itsm.example.com/hooks//evil.example/'],
    ['two slashes first', 'https://itsm.example.com//evil.example/hooks/'],
    ['a backslash for a slash', 'https://itsm.example.com\\hooks\\'],
    ['a backslash before another host', 'https://evil.example\\@itsm.example.com/hooks/'],
    ['no slashes', 'https:itsm.example.com/hooks/'],
    ['three slashes', 'https:///itsm.example.com/hooks/'],
    ['no scheme', '//itsm.example.com/hooks/'],
    ['another scheme', 'http://itsm.example.com/hooks/'],
    ['a scheme that is not for hooks', 'ftp://itsm.example.com/hooks/'],
    ['a file', 'file:///hooks/'],
    ['another port', 'https://itsm.example.com:8443/hooks/'],
    ['the port, written out', 'https://itsm.example.com:443/hooks/'],
    ['another port of the other', 'https://cmdb.example.com/'],
    ['capitals', 'https://ITSM.example.com/hooks/'],
    ['a dot at the end of the host', 'https://itsm.example.com./hooks/'],
    ['a wide dot', 'https://itsm.example.com。evil.example/hooks/'],
    ['a letter that looks alike', 'https://itsm.ex\u0430mple.com/hooks/'],
    ['a soft hyphen', 'https://itsm.exam\u00adple.com/hooks/'],
    ['a line break', 'https://itsm.example.com/hooks/\nfreeze'],
    ['a tab', 'https://itsm.example\t.com/hooks/'],
    ['a space before it', ' https://itsm.example.com/hooks/'],
    ['a fragment', 'https://itsm.example.com/hooks/#@evil.example'],
    ['an empty fragment', 'https://itsm.example.com/hooks/#'],
    ['a placeholder', 'https://{name}/hooks/'],
    ['a placeholder of the path', 'https://itsm.example.com/hooks/{name}'],
    ['this machine in other digits', 'http://0x7f.1:9/only'],
    ['this machine in one number', 'http://2130706433:9/only'],
    ['another address of this machine', 'http://127.0.0.2:9/only'],
    ['no URL', 'itsm.example.com/hooks'],
    ['nothing', ''],
  ])('does not go to %s', (_, url) => {
    expect(isAllowed(url, ALLOW)).toBe(false);
  });

  it('goes nowhere where nothing is allowed, or what is allowed is no URL', () => {
    expect(isAllowed('https://itsm.example.com/hooks', [])).toBe(false);
    expect(isAllowed('https://itsm.example.com/hooks', ['https://itsm.example.com/../'])).toBe(false);
  });

  it('is told what is wrong with its URL, without what must not be seen', () => {
    expect(flawOf('https://ann:geheim@itsm.example.com/')).toBe('has a login in it');
    expect(flawOf('http://itsm.example.com/')).toMatch(/does not begin with https:/);
    expect(flawOf('https://ITSM.example.com/a?b=geheim')).toBe(
      'is read as https://itsm.example.com/a?b=***, and must be written so',
    );
  });
});
