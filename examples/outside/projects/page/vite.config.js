import react from '@vitejs/plugin-react'

export default {
  plugins: [react()],
  preview: { proxy: { '/api': process.env.SHOP_API } },
}
