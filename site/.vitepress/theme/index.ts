import theme from 'vitepress/theme-without-fonts';
import './style.css';

// The system's fonts: a web font alone weighs a quarter of what a page may.
export default theme;
