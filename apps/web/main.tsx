import { createRoot } from 'react-dom/client';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { App } from './app.js';
import { mayPass } from './api/problem.js';
import { Toasts } from './ui/toasts.js';

const client = new QueryClient({
  defaultOptions: {
    queries: {
      // Events say when something changed; a second page that shows the same within this time does not ask again.
      staleTime: 5000,
      // A refusal stays one; only a lost reply or store is worth asking again.
      retry: (failed, error) => failed < 1 && mayPass(error),
    },
  },
});

createRoot(document.getElementById('root')!).render(
  <QueryClientProvider client={client}>
    <Toasts>
      <App />
    </Toasts>
  </QueryClientProvider>,
);
