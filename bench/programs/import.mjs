import 'anysession';
