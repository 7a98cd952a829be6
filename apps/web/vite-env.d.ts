declare module '*.svg' {
  const url: string;
  // eslint-disable-next-line no-restricted-syntax -- how a bundler gives the address of a file
  export default url;
}
