// The API's reference page, served from here so that it also works in a network that reaches nothing else.
import SwaggerUIBundle from 'swagger-ui-dist/swagger-ui-bundle.js';
import 'swagger-ui-dist/swagger-ui.css';

SwaggerUIBundle({ url: '/openapi.json', dom_id: '#api', deepLinking: true });
